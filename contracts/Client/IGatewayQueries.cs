using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.Client;

/// <summary>The questions of <see cref="IGatewayClient"/>. "Distinct" means over all gateways together.</summary>
public interface IGatewayQueries
{
    /// <summary>Whether a client is connected.</summary>
    Task<QueryResult<bool>> IsOnlineAsync(ClientId client, CancellationToken cancellationToken = default);

    /// <summary>Whether each uid has a client.</summary>
    Task<QueryResult<IReadOnlyDictionary<string, bool>>> AreUidsOnlineAsync(IReadOnlyCollection<string> uids, CancellationToken cancellationToken = default);

    /// <summary>The clients of each uid; every uid asked for is there.</summary>
    Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>> GetClientIdsByUidsAsync(
        IReadOnlyCollection<string> uids, CancellationToken cancellationToken = default);

    /// <summary>The uid of a client; null when it has none, or is unknown.</summary>
    Task<QueryResult<string?>> GetUidAsync(ClientId client, CancellationToken cancellationToken = default);

    /// <summary>Every distinct uid.</summary>
    Task<QueryResult<IReadOnlyList<string>>> GetUidsAsync(CancellationToken cancellationToken = default);

    /// <summary>Number of distinct uids.</summary>
    Task<QueryResult<int>> CountUidsAsync(CancellationToken cancellationToken = default);

    /// <summary>Distinct uids of the members of any of the groups.</summary>
    Task<QueryResult<IReadOnlyList<string>>> GetUidsByGroupsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default);

    /// <summary>Every client.</summary>
    Task<QueryResult<IReadOnlyList<ClientId>>> GetClientIdsAsync(CancellationToken cancellationToken = default);

    /// <summary>The members of any of the groups, each once.</summary>
    Task<QueryResult<IReadOnlyList<ClientId>>> GetClientIdsByGroupsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default);

    /// <summary>Number of clients.</summary>
    Task<QueryResult<int>> CountClientsAsync(CancellationToken cancellationToken = default);

    /// <summary>Number of members of each group; every group asked for is there.</summary>
    Task<QueryResult<IReadOnlyDictionary<string, int>>> CountClientsByGroupsAsync(
        IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default);

    /// <summary>The session of a client, as its stored bytes; null when the client is unknown.</summary>
    Task<QueryResult<ReadOnlyMemory<byte>?>> GetSessionAsync(ClientId client, CancellationToken cancellationToken = default);

    /// <summary>
    /// The request head that opened a client's WebSocket, as it came; empty for clients of text and frame listeners and of PHP gateways; null when the
    /// client is unknown or its handshake is not done.
    /// </summary>
    Task<QueryResult<ReadOnlyMemory<byte>?>> GetHandshakeAsync(ClientId client, CancellationToken cancellationToken = default);

    /// <summary>The sessions of all clients, or of a group's members.</summary>
    Task<QueryResult<IReadOnlyDictionary<ClientId, ReadOnlyMemory<byte>>>> GetSessionsAsync(
        string? group = null, CancellationToken cancellationToken = default);

    /// <summary>Every distinct group with its number of members.</summary>
    Task<QueryResult<IReadOnlyDictionary<string, int>>> GetGroupsAsync(CancellationToken cancellationToken = default);

    /// <summary>Every group with the distinct uids of its members.</summary>
    Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<string>>>> GetGroupUidsAsync(CancellationToken cancellationToken = default);

    /// <summary>Every group with its members.</summary>
    Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>> GetGroupClientIdsAsync(CancellationToken cancellationToken = default);
}
