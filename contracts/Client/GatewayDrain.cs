using System.Runtime.CompilerServices;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>Takes a gateway out of service: it lets no further client in, lets those it has go over a time, and ends.</summary>
public static class GatewayDrain
{
    private const string Path = "/portico.gateway.v1.Administration/Drain";

    /// <summary>Has it begin, or sets another time. It goes on when the enumeration is left.</summary>
    /// <param name="gateway">The road to the gateway's inner port.</param>
    /// <param name="time">Its connections are closed evenly over this time; whole seconds, at most an hour.</param>
    /// <param name="cancellationToken">Ends the watching.</param>
    /// <returns>How many clients are left, at once and each second; the end is the gateway's.</returns>
    /// <exception cref="RpcException">It cannot be asked, or was lost on the way.</exception>
    public static async IAsyncEnumerable<int> RunAsync(RpcChannel gateway, TimeSpan time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new DrainRequest { Seconds = (uint)time.TotalSeconds };
        await foreach (var reply in gateway.ServerStreamingAsync<DrainRequest, DrainReply>(Path, request, default, cancellationToken))
        {
            yield return (int)reply.Clients;
        }
    }
}
