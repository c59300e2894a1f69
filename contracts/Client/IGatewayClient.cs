using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.Client;

/// <summary>
/// What an application asks of the gateways. Every call has a deadline (5 s unless <see cref="WithTimeout"/> says otherwise); a
/// gateway that does not answer in time, or at all, is named in the result and hurts nobody else. As long as no gateway is known (no register has
/// answered yet, the watcher is not run, none is announced), results say <see cref="CommandStatus.NoGateway"/> and are not complete. Thread-safe.
/// </summary>
public interface IGatewayClient : IGatewayQueries
{
    /// <summary>The same client with another deadline.</summary>
    IGatewayClient WithTimeout(TimeSpan timeout);

    /// <summary>To every client.</summary>
    Task<SendReceipt> SendToAllAsync(ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>To the listed clients, each once; nobody when the list is empty.</summary>
    Task<SendReceipt> SendToClientsAsync(
        IReadOnlyCollection<ClientId> clients, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>To one client.</summary>
    Task<SendReceipt> SendToClientAsync(
        ClientId client, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>To every client of the uids; a uid listed twice gets it twice.</summary>
    Task<SendReceipt> SendToUidsAsync(
        IReadOnlyCollection<string> uids, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>To every member of the groups; a member of two gets it twice.</summary>
    Task<SendReceipt> SendToGroupsAsync(
        IReadOnlyCollection<string> groups, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Closes a client after what waits for it was sent.</summary>
    /// <param name="client">The client.</param>
    /// <param name="lastMessage">Sent first, even when empty; null: nothing.</param>
    /// <param name="reason">What the client is told; null: 1000, closed by the application.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    Task<SendReceipt> CloseClientAsync(
        ClientId client, ReadOnlyMemory<byte>? lastMessage = null, CloseReason? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Drops a client at once, with what waits for it.</summary>
    Task<SendReceipt> DestroyClientAsync(ClientId client, CancellationToken cancellationToken = default);

    /// <summary>Closes every client of a uid; parameters as <see cref="CloseClientAsync"/>.</summary>
    Task<SendReceipt> CloseUidAsync(
        string uid, ReadOnlyMemory<byte>? lastMessage = null, CloseReason? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Binds a client to a uid, in place of the one it had. "" and "0" are refused: PHP takes both for empty (GatewayWorker protocol 2.5).</summary>
    /// <param name="client">The client.</param>
    /// <param name="uid">The uid.</param>
    /// <param name="onlyIfUnbound">Refused when the client is bound to another uid.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    Task<SendReceipt> BindUidAsync(ClientId client, string uid, bool onlyIfUnbound = false, CancellationToken cancellationToken = default);

    /// <summary>Unbinds a client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="uid">Only from this uid; null: from whichever it has.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    Task<SendReceipt> UnbindUidAsync(ClientId client, string? uid = null, CancellationToken cancellationToken = default);

    /// <summary>Adds a client to a group.</summary>
    Task<SendReceipt> JoinGroupAsync(ClientId client, string group, CancellationToken cancellationToken = default);

    /// <summary>Takes a client out of a group.</summary>
    Task<SendReceipt> LeaveGroupAsync(ClientId client, string group, CancellationToken cancellationToken = default);

    /// <summary>Dissolves a group; its members stay connected.</summary>
    Task<SendReceipt> UngroupAsync(string group, CancellationToken cancellationToken = default);

    /// <summary>Replaces a client's session.</summary>
    /// <param name="client">The client.</param>
    /// <param name="session">A PHP-serialized array, or empty to clear it.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    Task<SendReceipt> SetSessionAsync(ClientId client, ReadOnlyMemory<byte> session, CancellationToken cancellationToken = default);

    /// <summary>Merges into a client's session (GatewayWorker protocol 2.9).</summary>
    /// <param name="client">The client.</param>
    /// <param name="session">A PHP-serialized array.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    Task<SendReceipt> UpdateSessionAsync(ClientId client, ReadOnlyMemory<byte> session, CancellationToken cancellationToken = default);
}
