using System.Text;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.Client;

/// <summary>Text messages and single names.</summary>
public static class GatewayClientExtensions
{
    /// <summary>To every client.</summary>
    public static Task<SendReceipt> SendToAllAsync(
        this IGatewayClient client, string message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        client.SendToAllAsync(Encoding.UTF8.GetBytes(message), options, cancellationToken);

    /// <summary>To one client.</summary>
    public static Task<SendReceipt> SendToClientAsync(
        this IGatewayClient client, ClientId target, string message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        client.SendToClientAsync(target, Encoding.UTF8.GetBytes(message), options, cancellationToken);

    /// <summary>To every client of a uid.</summary>
    public static Task<SendReceipt> SendToUidAsync(
        this IGatewayClient client, string uid, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        client.SendToUidsAsync([uid], message, options, cancellationToken);

    /// <summary>To every client of a uid.</summary>
    public static Task<SendReceipt> SendToUidAsync(
        this IGatewayClient client, string uid, string message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        client.SendToUidsAsync([uid], Encoding.UTF8.GetBytes(message), options, cancellationToken);

    /// <summary>To every member of a group.</summary>
    public static Task<SendReceipt> SendToGroupAsync(
        this IGatewayClient client, string group, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        client.SendToGroupsAsync([group], message, options, cancellationToken);

    /// <summary>To every member of a group.</summary>
    public static Task<SendReceipt> SendToGroupAsync(
        this IGatewayClient client, string group, string message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        client.SendToGroupsAsync([group], Encoding.UTF8.GetBytes(message), options, cancellationToken);

    /// <summary>Whether a uid has a client.</summary>
    public static async Task<QueryResult<bool>> IsUidOnlineAsync(this IGatewayQueries client, string uid, CancellationToken cancellationToken = default) =>
        (await client.AreUidsOnlineAsync([uid], cancellationToken)).Select(map => map[uid]);

    /// <summary>The clients of a uid.</summary>
    public static async Task<QueryResult<IReadOnlyList<ClientId>>> GetClientIdsByUidAsync(
        this IGatewayQueries client, string uid, CancellationToken cancellationToken = default) =>
        (await client.GetClientIdsByUidsAsync([uid], cancellationToken)).Select(map => map[uid]);

    /// <summary>Number of members of a group.</summary>
    public static async Task<QueryResult<int>> CountClientsByGroupAsync(
        this IGatewayQueries client, string group, CancellationToken cancellationToken = default) =>
        (await client.CountClientsByGroupsAsync([group], cancellationToken)).Select(map => map[group]);

    /// <summary>Number of distinct uids of the members of any of the groups.</summary>
    public static async Task<QueryResult<int>> CountUidsByGroupsAsync(
        this IGatewayQueries client, IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default) =>
        (await client.GetUidsByGroupsAsync(groups, cancellationToken)).Select(uids => uids.Count);

    /// <summary>Every group with its number of distinct uids.</summary>
    public static async Task<QueryResult<IReadOnlyDictionary<string, int>>> CountGroupUidsAsync(
        this IGatewayQueries client, CancellationToken cancellationToken = default) =>
        (await client.GetGroupUidsAsync(cancellationToken)).Select(
            IReadOnlyDictionary<string, int> (map) => map.ToDictionary(pair => pair.Key, pair => pair.Value.Count, StringComparer.Ordinal));
}
