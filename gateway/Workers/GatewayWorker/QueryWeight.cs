using Portico.Contracts.GatewayWorker;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// What a query counts among those whose answers are on the way: as much as its answer may be long, since a peer that asks for much, many times,
/// and does not read would fill the memory, and hold the loops meanwhile.
/// </summary>
internal static class QueryWeight
{
    // About every client: with the usual limit, fifteen of a connection are under way.
    private const int OfAllClients = 64;

    // What a name of a list may cost in the answer.
    private const int BytesOfOne = 64;

    /// <summary>The weight of a packet; 0 when it asks nothing.</summary>
    public static int Of(PacketCommand command, int length) => command switch
    {
        PacketCommand.GetAllClientSessions or PacketCommand.GetClientSessionsByGroup or PacketCommand.Select => OfAllClients,
        PacketCommand.BatchGetClientIdByUid or PacketCommand.BatchGetClientCountByGroup => 1 + (length / BytesOfOne),
        _ => PhpQueryReader.IsQuery(command) ? 1 : 0,
    };
}
