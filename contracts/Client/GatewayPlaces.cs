using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>Asks a gateway which places its workers serve.</summary>
public static class GatewayPlaces
{
    private const string Path = "/portico.gateway.v1.Administration/Places";

    /// <summary>Asks.</summary>
    /// <param name="gateway">The connection to the gateway's inner port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>An entry for each place and module, by place.</returns>
    /// <exception cref="RpcException">The gateway does not answer, or is too old to know (UNIMPLEMENTED).</exception>
    public static async Task<IReadOnlyList<PlaceWorkers>> AskAsync(RpcChannel gateway, CancellationToken cancellationToken) =>
        [.. (await gateway.UnaryAsync<PlacesRequest, PlacesReply>(Path, new PlacesRequest(), default, cancellationToken)).Rows
            .Select(row => new PlaceWorkers(row.Place, row.Module, (int)row.Workers))];
}
