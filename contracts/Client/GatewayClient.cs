using Google.Protobuf;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using CloseReason = Portico.Contracts.Results.CloseReason;

namespace Portico.Client;

/// <summary>What an application asks of the gateways, over any road to them. Thread-safe; closing the road is its owner's business.</summary>
public sealed class GatewayClient : IGatewayClient
{
    /// <summary>Deadline of a call unless told otherwise.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly GatewayFanOut _gateways;
    private readonly GatewayQueries _queries;

    /// <summary>Creates the client.</summary>
    /// <param name="commands">The road to the gateways.</param>
    /// <param name="timeout">Deadline of every call; null: <see cref="DefaultTimeout"/>.</param>
    public GatewayClient(IGatewayCommands commands, TimeSpan? timeout = null)
    {
        _gateways = new GatewayFanOut(commands, timeout ?? DefaultTimeout);
        _queries = new GatewayQueries(_gateways);
    }

    /// <inheritdoc/>
    public IGatewayClient WithTimeout(TimeSpan timeout) => new GatewayClient(_gateways.Commands, timeout);

    /// <inheritdoc/>
    public Task<SendReceipt> SendToAllAsync(ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        SendAsync(CommandKind.SendToAll, [], message, options, cancellationToken);

    /// <inheritdoc/>
    public async Task<SendReceipt> SendToClientsAsync(
        IReadOnlyCollection<ClientId> clients, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default)
    {
        var byGateway = clients.Distinct().ToLookup(client => client.Gateway);
        var body = ByteString.CopyFrom(message.Span);
        var answers = await _gateways.AskAsync(
            [.. byGateway.Select(group => group.Key)],
            gateway =>
            {
                var command = Sending(CommandKind.SendToAll, [], body, options, gateway);
                command.OnlyConnections = true;
                command.Connections.AddRange(byGateway[gateway].Select(client => client.ConnectionId));
                return command;
            },
            cancellationToken);
        return Receipt(answers);
    }

    /// <inheritdoc/>
    public Task<SendReceipt> SendToClientAsync(
        ClientId client, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default)
    {
        var command = Sending(CommandKind.SendToClient, [], ByteString.CopyFrom(message.Span), options with { Exclude = null }, client.Gateway);
        return OneAsync(client, command, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SendReceipt> SendToUidsAsync(
        IReadOnlyCollection<string> uids, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        uids.Count == 0 ? Task.FromResult(SendReceipt.Empty) : SendAsync(CommandKind.SendToUid, uids, message, options, cancellationToken);

    /// <inheritdoc/>
    public Task<SendReceipt> SendToGroupsAsync(
        IReadOnlyCollection<string> groups, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        groups.Count == 0 ? Task.FromResult(SendReceipt.Empty) : SendAsync(CommandKind.SendToGroup, groups, message, options, cancellationToken);

    /// <inheritdoc/>
    public Task<SendReceipt> CloseClientAsync(
        ClientId client, ReadOnlyMemory<byte>? lastMessage = null, CloseReason? reason = null, CancellationToken cancellationToken = default) =>
        OneAsync(client, Closing(CommandKind.CloseClient, lastMessage, reason), cancellationToken);

    /// <inheritdoc/>
    public Task<SendReceipt> DestroyClientAsync(ClientId client, CancellationToken cancellationToken = default) =>
        OneAsync(client, new Command { Kind = CommandKind.DestroyClient }, cancellationToken);

    /// <inheritdoc/>
    public async Task<SendReceipt> CloseUidAsync(
        string uid, ReadOnlyMemory<byte>? lastMessage = null, CloseReason? reason = null, CancellationToken cancellationToken = default) =>
        Receipt(await _gateways.AskAllAsync(
            () =>
            {
                var command = Closing(CommandKind.CloseUid, lastMessage, reason);
                command.Names.Add(uid);
                return command;
            },
            cancellationToken));

    /// <inheritdoc/>
    public Task<SendReceipt> BindUidAsync(ClientId client, string uid, bool onlyIfUnbound = false, CancellationToken cancellationToken = default) =>
        OneAsync(client, new Command { Kind = CommandKind.BindUid, Names = { uid }, OnlyIfUnbound = onlyIfUnbound }, cancellationToken);

    /// <inheritdoc/>
    public Task<SendReceipt> UnbindUidAsync(ClientId client, string? uid = null, CancellationToken cancellationToken = default)
    {
        var command = new Command { Kind = CommandKind.UnbindUid };
        if (uid is not null)
        {
            command.Names.Add(uid);
        }

        return OneAsync(client, command, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SendReceipt> JoinGroupAsync(ClientId client, string group, CancellationToken cancellationToken = default) =>
        OneAsync(client, new Command { Kind = CommandKind.JoinGroup, Names = { group } }, cancellationToken);

    /// <inheritdoc/>
    public Task<SendReceipt> LeaveGroupAsync(ClientId client, string group, CancellationToken cancellationToken = default) =>
        OneAsync(client, new Command { Kind = CommandKind.LeaveGroup, Names = { group } }, cancellationToken);

    /// <inheritdoc/>
    public async Task<SendReceipt> UngroupAsync(string group, CancellationToken cancellationToken = default) =>
        Receipt(await _gateways.AskAllAsync(() => new Command { Kind = CommandKind.Ungroup, Names = { group } }, cancellationToken));

    /// <inheritdoc/>
    public Task<SendReceipt> SetSessionAsync(ClientId client, ReadOnlyMemory<byte> session, CancellationToken cancellationToken = default) =>
        OneAsync(client, new Command { Kind = CommandKind.SetSession, Body = ByteString.CopyFrom(session.Span) }, cancellationToken);

    /// <inheritdoc/>
    public Task<SendReceipt> UpdateSessionAsync(ClientId client, ReadOnlyMemory<byte> session, CancellationToken cancellationToken = default) =>
        OneAsync(client, new Command { Kind = CommandKind.UpdateSession, Body = ByteString.CopyFrom(session.Span) }, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<bool>> IsOnlineAsync(ClientId client, CancellationToken cancellationToken = default) =>
        _queries.IsOnlineAsync(client, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyDictionary<string, bool>>> AreUidsOnlineAsync(
        IReadOnlyCollection<string> uids, CancellationToken cancellationToken = default) => _queries.AreUidsOnlineAsync(uids, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>> GetClientIdsByUidsAsync(
        IReadOnlyCollection<string> uids, CancellationToken cancellationToken = default) => _queries.GetClientIdsByUidsAsync(uids, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<string?>> GetUidAsync(ClientId client, CancellationToken cancellationToken = default) =>
        _queries.GetUidAsync(client, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyList<string>>> GetUidsAsync(CancellationToken cancellationToken = default) => _queries.GetUidsAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<int>> CountUidsAsync(CancellationToken cancellationToken = default) => _queries.CountUidsAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyList<string>>> GetUidsByGroupsAsync(
        IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default) => _queries.GetUidsByGroupsAsync(groups, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyList<ClientId>>> GetClientIdsAsync(CancellationToken cancellationToken = default) =>
        _queries.GetClientIdsAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyList<ClientId>>> GetClientIdsByGroupsAsync(
        IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default) => _queries.GetClientIdsByGroupsAsync(groups, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<int>> CountClientsAsync(CancellationToken cancellationToken = default) => _queries.CountClientsAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyDictionary<string, int>>> CountClientsByGroupsAsync(
        IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default) => _queries.CountClientsByGroupsAsync(groups, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<ReadOnlyMemory<byte>?>> GetSessionAsync(ClientId client, CancellationToken cancellationToken = default) =>
        _queries.GetSessionAsync(client, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<ReadOnlyMemory<byte>?>> GetHandshakeAsync(ClientId client, CancellationToken cancellationToken = default) =>
        _queries.GetHandshakeAsync(client, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyDictionary<ClientId, ReadOnlyMemory<byte>>>> GetSessionsAsync(
        string? group = null, CancellationToken cancellationToken = default) => _queries.GetSessionsAsync(group, cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyDictionary<string, int>>> GetGroupsAsync(CancellationToken cancellationToken = default) =>
        _queries.GetGroupsAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<string>>>> GetGroupUidsAsync(CancellationToken cancellationToken = default) =>
        _queries.GetGroupUidsAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>> GetGroupClientIdsAsync(CancellationToken cancellationToken = default) =>
        _queries.GetGroupClientIdsAsync(cancellationToken);

    private static Command Sending(
        CommandKind kind, IReadOnlyCollection<string> names, ByteString body, SendOptions options, GatewayAddress gateway)
    {
        var command = new Command
        {
            Kind = kind,
            Names = { names },
            Body = body,
            Binary = options.Binary,
            Raw = options.Raw,
            Subprotocol = options.Subprotocol ?? "",
            ExceptSubprotocol = options.ExceptSubprotocol,
            Push = options.Push,
            PushAge = (uint)Math.Clamp(options.PushAge.TotalMilliseconds, 0, uint.MaxValue),
        };
        foreach (var client in options.Exclude ?? [])
        {
            if (client.Gateway == gateway)
            {
                command.Exclude.Add(client.ConnectionId);
            }
        }

        return command;
    }

    private static Command Closing(CommandKind kind, ReadOnlyMemory<byte>? lastMessage, CloseReason? reason)
    {
        var why = reason ?? CloseReason.Kicked;
        return new Command
        {
            Kind = kind,
            HasBody = lastMessage is not null,
            Body = lastMessage is { } message ? ByteString.CopyFrom(message.Span) : ByteString.Empty,
            CloseCode = why.Code,
            CloseReason = why.Text,
        };
    }

    private static SendReceipt Receipt(GatewayFanOut.Answer[] answers) => new([.. answers.Select(answer => answer.ToReceipt())]);

    private async Task<SendReceipt> SendAsync(
        CommandKind kind, IReadOnlyCollection<string> names, ReadOnlyMemory<byte> message, SendOptions options, CancellationToken cancellationToken)
    {
        var body = ByteString.CopyFrom(message.Span);
        if (options.Gateway is { } only)
        {
            var outcome = await _gateways.AskAsync(only, Sending(kind, names, body, options, only), cancellationToken);
            return Receipt([new GatewayFanOut.Answer(only, outcome)]);
        }

        var answers = await _gateways.AskAllAsync(gateway => Sending(kind, names, body, options, gateway), cancellationToken);
        return Receipt(answers);
    }

    private async Task<SendReceipt> OneAsync(ClientId client, Command command, CancellationToken cancellationToken)
    {
        command.Connection = client.ConnectionId;
        return new([new GatewayFanOut.Answer(client.Gateway, await _gateways.AskAsync(client.Gateway, command, cancellationToken)).ToReceipt()]);
    }
}
