using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.WebApi.Tests;

/// <summary>Gateways played in memory: clients with uid, groups, session and subprotocol, and what each was sent.</summary>
internal sealed class ScriptedGateways : IGatewayClient
{
    public static readonly GatewayAddress Address = GatewayAddress.Parse("127.0.0.1:2900");
    private readonly Lock _lock = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<ulong, bool> _pushes = new();
    private readonly Dictionary<ClientId, ScriptedClient> _clients = [];
    private uint _next = 100;
    private int _agentQuestions;

    /// <summary>What every command to one client is answered instead, as by a gateway that refuses it or is away.</summary>
    public GatewayReceipt? Verdict { get; set; }

    /// <summary>A second gateway that answers no command and no query; null: there is none.</summary>
    public GatewayReceipt? Silent { get; set; }

    /// <summary>Awaited before every answer; for gateways that are slow.</summary>
    public Func<Task> Delay { get; set; } = () => Task.CompletedTask;

    /// <summary>How questions fail; null: they are answered.</summary>
    public CommandStatus? Failure { get; set; }

    /// <summary>How often it was asked who is in groups.</summary>
    public int AgentQuestions => Volatile.Read(ref _agentQuestions);

    /// <summary>What a send comes to, and whether it is carried out all the same: the answer got lost. Null: it is carried out and confirmed.</summary>
    public Func<(CommandStatus Status, bool IsCarriedOut)>? SendFault { get; set; }

    /// <summary>The options of every send, in order.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<SendOptions> Sends { get; } = new();

    public ScriptedClient Connect(string? uid = null, string subprotocol = "", params string[] groups)
    {
        lock (_lock)
        {
            var client = new ScriptedClient(new ClientId(Address, _next++), subprotocol) { Uid = uid };
            client.Groups.UnionWith(groups);
            _clients.Add(client.Id, client);
            return client;
        }
    }

    public IGatewayClient WithTimeout(TimeSpan timeout) => this;

    public Task<SendReceipt> SendToAllAsync(ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        SendAsync(_ => 1, message, options);

    public Task<SendReceipt> SendToClientsAsync(
        IReadOnlyCollection<ClientId> clients, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        SendAsync(client => clients.Contains(client.Id) ? 1 : 0, message, options);

    public Task<SendReceipt> SendToClientAsync(ClientId client, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        OneAsync(client, target => target.Receive(message));

    public Task<SendReceipt> SendToUidsAsync(
        IReadOnlyCollection<string> uids, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        SendAsync(client => uids.Count(uid => uid == client.Uid), message, options);

    public Task<SendReceipt> SendToGroupsAsync(
        IReadOnlyCollection<string> groups, ReadOnlyMemory<byte> message, SendOptions options = default, CancellationToken cancellationToken = default) =>
        SendAsync(client => groups.Count(client.Groups.Contains), message, options);

    public Task<SendReceipt> CloseClientAsync(ClientId client, ReadOnlyMemory<byte>? lastMessage = null, CloseReason? reason = null, CancellationToken cancellationToken = default) =>
        OneAsync(client, target => Close(target, lastMessage, reason));

    public Task<SendReceipt> DestroyClientAsync(ClientId client, CancellationToken cancellationToken = default) => OneAsync(client, target => Close(target, null, null));

    public Task<SendReceipt> CloseUidAsync(string uid, ReadOnlyMemory<byte>? lastMessage = null, CloseReason? reason = null, CancellationToken cancellationToken = default) =>
        EachAsync(client => client.Uid == uid, client => Close(client, lastMessage, reason));

    public Task<SendReceipt> BindUidAsync(ClientId client, string uid, bool onlyIfUnbound = false, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (onlyIfUnbound && _clients.TryGetValue(client, out var bound) && bound.Uid is not null && bound.Uid != uid)
            {
                return Task.FromResult(new SendReceipt([new GatewayReceipt(Address, CommandStatus.Refused, 0, "bound")]));
            }

            // Nothing to change counts nobody.
            if (_clients.TryGetValue(client, out var same) && same.Uid == uid)
            {
                return Task.FromResult(new SendReceipt([new GatewayReceipt(Address, CommandStatus.Delivered, 0)]));
            }
        }

        return OneAsync(client, target => target.Uid = uid);
    }

    public Task<SendReceipt> UnbindUidAsync(ClientId client, string? uid = null, CancellationToken cancellationToken = default) => OneAsync(client, target => target.Uid = null);

    public Task<SendReceipt> JoinGroupAsync(ClientId client, string group, CancellationToken cancellationToken = default) => OneAsync(client, target => target.Groups.Add(group));

    public Task<SendReceipt> LeaveGroupAsync(ClientId client, string group, CancellationToken cancellationToken = default) => OneAsync(client, target => target.Groups.Remove(group));

    public Task<SendReceipt> UngroupAsync(string group, CancellationToken cancellationToken = default) => EachAsync(client => client.Groups.Contains(group), client => client.Groups.Remove(group));

    public Task<SendReceipt> SetSessionAsync(ClientId client, ReadOnlyMemory<byte> session, CancellationToken cancellationToken = default) => OneAsync(client, target => target.Session = session);

    public Task<SendReceipt> UpdateSessionAsync(ClientId client, ReadOnlyMemory<byte> session, CancellationToken cancellationToken = default) => OneAsync(client, target => target.Session = session);

    public Task<QueryResult<bool>> IsOnlineAsync(ClientId client, CancellationToken cancellationToken = default) => AskAsync(all => all.Any(one => one.Id == client));

    public Task<QueryResult<IReadOnlyDictionary<string, bool>>> AreUidsOnlineAsync(IReadOnlyCollection<string> uids, CancellationToken cancellationToken = default) =>
        AskAsync<IReadOnlyDictionary<string, bool>>(all => uids.Distinct().ToDictionary(uid => uid, uid => all.Any(client => client.Uid == uid)));

    public Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>> GetClientIdsByUidsAsync(IReadOnlyCollection<string> uids, CancellationToken cancellationToken = default) =>
        AskAsync<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>(all => uids.Distinct().ToDictionary(uid => uid, uid => Ids(all.Where(client => client.Uid == uid))));

    public Task<QueryResult<string?>> GetUidAsync(ClientId client, CancellationToken cancellationToken = default) => AskAsync(all => all.FirstOrDefault(one => one.Id == client)?.Uid);

    public Task<QueryResult<IReadOnlyList<string>>> GetUidsAsync(CancellationToken cancellationToken = default) => AskAsync(Uids);

    public Task<QueryResult<int>> CountUidsAsync(CancellationToken cancellationToken = default) => AskAsync(all => Uids(all).Count);

    public async Task<QueryResult<IReadOnlyList<string>>> GetUidsByGroupsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default)
    {
        var answer = await AskAsync(all => Uids(all.Where(client => groups.Any(client.Groups.Contains))));
        Interlocked.Increment(ref _agentQuestions);
        return answer;
    }

    public Task<QueryResult<IReadOnlyList<ClientId>>> GetClientIdsAsync(CancellationToken cancellationToken = default) => AskAsync(Ids);

    public Task<QueryResult<IReadOnlyList<ClientId>>> GetClientIdsByGroupsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default) =>
        AskAsync(all => Ids(all.Where(client => groups.Any(client.Groups.Contains))));

    public Task<QueryResult<int>> CountClientsAsync(CancellationToken cancellationToken = default) => AskAsync(all => all.Count());

    public Task<QueryResult<IReadOnlyDictionary<string, int>>> CountClientsByGroupsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken = default) =>
        AskAsync<IReadOnlyDictionary<string, int>>(all => groups.Distinct().ToDictionary(group => group, group => all.Count(client => client.Groups.Contains(group))));

    public Task<QueryResult<ReadOnlyMemory<byte>?>> GetSessionAsync(ClientId client, CancellationToken cancellationToken = default) =>
        AskAsync(all => all.FirstOrDefault(one => one.Id == client) is { } found ? found.Session : (ReadOnlyMemory<byte>?)null);

    public Task<QueryResult<ReadOnlyMemory<byte>?>> GetHandshakeAsync(ClientId client, CancellationToken cancellationToken = default) =>
        client.Gateway == Address
            ? AskAsync(all => all.FirstOrDefault(one => one.Id == client)?.Handshake)
            : Task.FromResult(new QueryResult<ReadOnlyMemory<byte>?>(null, [new GatewayReceipt(client.Gateway, CommandStatus.GatewayGone, 0)]));

    public Task<QueryResult<IReadOnlyDictionary<ClientId, ReadOnlyMemory<byte>>>> GetSessionsAsync(string? group = null, CancellationToken cancellationToken = default) =>
        AskAsync<IReadOnlyDictionary<ClientId, ReadOnlyMemory<byte>>>(all => all.Where(client => group is null || client.Groups.Contains(group)).ToDictionary(client => client.Id, client => client.Session));

    public Task<QueryResult<IReadOnlyDictionary<string, int>>> GetGroupsAsync(CancellationToken cancellationToken = default) =>
        AskAsync<IReadOnlyDictionary<string, int>>(all => all.SelectMany(client => client.Groups).GroupBy(group => group).ToDictionary(group => group.Key, group => group.Count()));

    public Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<string>>>> GetGroupUidsAsync(CancellationToken cancellationToken = default) =>
        AskAsync<IReadOnlyDictionary<string, IReadOnlyList<string>>>(all => all.SelectMany(client => client.Groups).Distinct().ToDictionary(group => group, group => Uids(all.Where(client => client.Groups.Contains(group)))));

    public Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>> GetGroupClientIdsAsync(CancellationToken cancellationToken = default) =>
        AskAsync<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>(all => all.SelectMany(client => client.Groups).Distinct().ToDictionary(group => group, group => Ids(all.Where(client => client.Groups.Contains(group)))));

    private static IReadOnlyList<ClientId> Ids(IEnumerable<ScriptedClient> clients) => [.. clients.Select(client => client.Id)];

    private static IReadOnlyList<string> Uids(IEnumerable<ScriptedClient> clients) => [.. clients.Select(client => client.Uid).OfType<string>().Distinct()];

    private void Close(ScriptedClient client, ReadOnlyMemory<byte>? lastMessage, CloseReason? reason)
    {
        client.Closed = reason ?? CloseReason.Kicked;
        if (lastMessage is { } message)
        {
            client.Receive(message);
        }

        _clients.Remove(client.Id);
    }

    private async Task<SendReceipt> SendAsync(Func<ScriptedClient, int> copies, ReadOnlyMemory<byte> message, SendOptions options)
    {
        Sends.Enqueue(options);
        var fault = SendFault?.Invoke();
        // As a gateway: a push that was delivered is not delivered again.
        if (fault is { IsCarriedOut: false } || (options.Push != 0 && !_pushes.TryAdd(options.Push, true)))
        {
            return new SendReceipt([new GatewayReceipt(Address, fault?.Status ?? CommandStatus.Delivered, 0)]);
        }

        var receipt = await DeliverAsync(copies, message, options);
        return fault is { } lost ? new SendReceipt([new GatewayReceipt(Address, lost.Status, 0)]) : receipt;
    }

    private Task<SendReceipt> DeliverAsync(Func<ScriptedClient, int> copies, ReadOnlyMemory<byte> message, SendOptions options) => EachAsync(
        client => copies(client) > 0
            && options.Exclude?.Contains(client.Id) != true
            && (string.IsNullOrEmpty(options.Subprotocol) || (client.Subprotocol == options.Subprotocol) != options.ExceptSubprotocol),
        client =>
        {
            for (var i = copies(client); i > 0; i--)
            {
                client.Receive(message);
            }
        });

    private async Task<SendReceipt> EachAsync(Func<ScriptedClient, bool> who, Action<ScriptedClient> action)
    {
        await Delay();
        lock (_lock)
        {
            var chosen = _clients.Values.Where(who).ToList();
            chosen.ForEach(action);
            var own = new GatewayReceipt(Address, CommandStatus.Delivered, chosen.Count);
            return new SendReceipt(Silent is { } silent ? [own, silent] : [own]);
        }
    }

    private async Task<SendReceipt> OneAsync(ClientId client, Action<ScriptedClient> action)
    {
        if (Verdict is { } verdict)
        {
            return new SendReceipt([verdict]);
        }

        if (client.Gateway != Address)
        {
            return SendReceipt.Unknown(client.Gateway);
        }

        var receipt = await EachAsync(one => one.Id == client, action);
        return receipt.Delivered == 1 ? receipt : new SendReceipt([new GatewayReceipt(Address, CommandStatus.NoSuchClient, 0)]);
    }

    private async Task<QueryResult<T>> AskAsync<T>(Func<IEnumerable<ScriptedClient>, T> question)
    {
        await Delay();
        lock (_lock)
        {
            return Failure is { } failure ? new QueryResult<T>(question([]), [new GatewayReceipt(Address, failure, 0)]) : new QueryResult<T>(question(_clients.Values), []);
        }
    }
}
