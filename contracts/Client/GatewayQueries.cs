using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;

namespace Portico.Client;

/// <summary>The questions of a <see cref="GatewayClient"/>.</summary>
internal sealed class GatewayQueries(GatewayFanOut gateways) : IGatewayQueries
{
    public async Task<QueryResult<bool>> IsOnlineAsync(ClientId client, CancellationToken cancellationToken) =>
        (await AskOneAsync(client, new Command { Kind = CommandKind.IsOnline, Connection = client.ConnectionId }, cancellationToken))
            .Select(outcome => outcome.Count > 0);

    public async Task<QueryResult<IReadOnlyDictionary<string, bool>>> AreUidsOnlineAsync(
        IReadOnlyCollection<string> uids, CancellationToken cancellationToken) =>
        (await CountNamesAsync(CommandKind.CountUids, uids, cancellationToken))
            .Select(IReadOnlyDictionary<string, bool> (counts) => counts.ToDictionary(pair => pair.Key, pair => pair.Value > 0, StringComparer.Ordinal));

    public async Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>> GetClientIdsByUidsAsync(
        IReadOnlyCollection<string> uids, CancellationToken cancellationToken)
    {
        var lists = Distinct(uids).ToDictionary(uid => uid, _ => new List<ClientId>(), StringComparer.Ordinal);
        var answers = lists.Count == 0 ? [] : await gateways.AskAllAsync(() => Named(CommandKind.ClientsByUid, lists.Keys), cancellationToken);
        foreach (var (gateway, outcome) in answers)
        {
            foreach (var count in outcome.Counts)
            {
                if (lists.TryGetValue(count.Name, out var list))
                {
                    list.AddRange(count.Connections.Select(connection => new ClientId(gateway, connection)));
                }
            }
        }

        return new(Freeze(lists), GatewayFanOut.Failures(answers));
    }

    public async Task<QueryResult<string?>> GetUidAsync(ClientId client, CancellationToken cancellationToken) =>
        (await AskOneAsync(client, Selecting(new Select { Uid = true, Connections = { client.ConnectionId } }), cancellationToken))
            .Select(outcome => outcome.Clients.Count > 0 && outcome.Clients[0].HasUid && outcome.Clients[0].Uid.Length > 0 ? outcome.Clients[0].Uid : null);

    public async Task<QueryResult<IReadOnlyList<string>>> GetUidsAsync(CancellationToken cancellationToken) =>
        Uids(await gateways.AskAllAsync(() => Selecting(new Select { Uid = true, All = true }), cancellationToken));

    public async Task<QueryResult<int>> CountUidsAsync(CancellationToken cancellationToken)
    {
        // The same person may be on two gateways, so only one gateway's own count can be believed.
        if (gateways.Gateways.Count > 1)
        {
            return (await GetUidsAsync(cancellationToken)).Select(uids => uids.Count);
        }

        return Sum(await gateways.AskAllAsync(() => new Command { Kind = CommandKind.CountUids }, cancellationToken));
    }

    public async Task<QueryResult<IReadOnlyList<string>>> GetUidsByGroupsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken) =>
        groups.Count == 0
            ? new([], [])
            : Uids(await gateways.AskAllAsync(() => Selecting(new Select { Uid = true, InGroups = { Distinct(groups) } }), cancellationToken));

    public async Task<QueryResult<IReadOnlyList<ClientId>>> GetClientIdsAsync(CancellationToken cancellationToken) =>
        Clients(await gateways.AskAllAsync(() => Selecting(new Select { All = true }), cancellationToken));

    public async Task<QueryResult<IReadOnlyList<ClientId>>> GetClientIdsByGroupsAsync(
        IReadOnlyCollection<string> groups, CancellationToken cancellationToken) =>
        groups.Count == 0
            ? new([], [])
            : Clients(await gateways.AskAllAsync(() => Selecting(new Select { InGroups = { Distinct(groups) } }), cancellationToken));

    public async Task<QueryResult<int>> CountClientsAsync(CancellationToken cancellationToken) =>
        Sum(await gateways.AskAllAsync(() => new Command { Kind = CommandKind.CountClients }, cancellationToken));

    public Task<QueryResult<IReadOnlyDictionary<string, int>>> CountClientsByGroupsAsync(
        IReadOnlyCollection<string> groups, CancellationToken cancellationToken) =>
        CountNamesAsync(CommandKind.CountClients, groups, cancellationToken);

    public async Task<QueryResult<ReadOnlyMemory<byte>?>> GetSessionAsync(ClientId client, CancellationToken cancellationToken) =>
        (await AskOneAsync(client, new Command { Kind = CommandKind.GetSession, Connection = client.ConnectionId }, cancellationToken))
            .Select(ReadOnlyMemory<byte>? (outcome) => outcome.Clients.Count > 0 ? outcome.Clients[0].Session.Memory : default(ReadOnlyMemory<byte>?));

    public async Task<QueryResult<ReadOnlyMemory<byte>?>> GetHandshakeAsync(ClientId client, CancellationToken cancellationToken) =>
        (await AskOneAsync(client, Selecting(new Select { Handshake = true, Connections = { client.ConnectionId } }), cancellationToken))
            .Select(ReadOnlyMemory<byte>? (outcome) => outcome.Clients.Count > 0 ? outcome.Clients[0].Handshake.Memory : default(ReadOnlyMemory<byte>?));

    public async Task<QueryResult<IReadOnlyDictionary<ClientId, ReadOnlyMemory<byte>>>> GetSessionsAsync(
        string? group, CancellationToken cancellationToken)
    {
        var answers = await gateways.AskAllAsync(
            () => Selecting(group is null ? new Select { Session = true, All = true } : new Select { Session = true, InGroups = { group } }),
            cancellationToken);
        var sessions = new Dictionary<ClientId, ReadOnlyMemory<byte>>();
        foreach (var (gateway, outcome) in answers)
        {
            foreach (var row in outcome.Clients)
            {
                sessions[new ClientId(gateway, row.Connection)] = row.Session.Memory;
            }
        }

        return new(sessions, GatewayFanOut.Failures(answers));
    }

    public async Task<QueryResult<IReadOnlyDictionary<string, int>>> GetGroupsAsync(CancellationToken cancellationToken)
    {
        var answers = await gateways.AskAllAsync(() => new Command { Kind = CommandKind.ListGroups }, cancellationToken);
        return new(AddCounts(new(StringComparer.Ordinal), answers), GatewayFanOut.Failures(answers));
    }

    public async Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<string>>>> GetGroupUidsAsync(CancellationToken cancellationToken)
    {
        var answers = await gateways.AskAllAsync(() => Selecting(new Select { Uid = true, Groups = true, All = true }), cancellationToken);
        var groups = new Dictionary<string, OrderedSet>(StringComparer.Ordinal);
        foreach (var (_, outcome) in answers)
        {
            foreach (var row in outcome.Clients.Where(row => row.HasUid && row.Uid.Length > 0))
            {
                foreach (var group in row.Groups)
                {
                    Of(groups, group).Add(row.Uid);
                }
            }
        }

        return new(
            groups.ToDictionary(pair => pair.Key, IReadOnlyList<string> (pair) => pair.Value.Items, StringComparer.Ordinal),
            GatewayFanOut.Failures(answers));
    }

    public async Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<ClientId>>>> GetGroupClientIdsAsync(CancellationToken cancellationToken)
    {
        var answers = await gateways.AskAllAsync(() => Selecting(new Select { Groups = true, All = true }), cancellationToken);
        var groups = new Dictionary<string, List<ClientId>>(StringComparer.Ordinal);
        foreach (var (gateway, outcome) in answers)
        {
            foreach (var row in outcome.Clients)
            {
                foreach (var group in row.Groups)
                {
                    Of(groups, group).Add(new ClientId(gateway, row.Connection));
                }
            }
        }

        return new(Freeze(groups), GatewayFanOut.Failures(answers));
    }

    private static IEnumerable<string> Distinct(IReadOnlyCollection<string> names) => names.Count < 2 ? names : names.Distinct(StringComparer.Ordinal);

    private static Command Named(CommandKind kind, IEnumerable<string> names) => new() { Kind = kind, Names = { names } };

    private static Command Selecting(Select select) => new() { Kind = CommandKind.Select, Select = select };

    private static QueryResult<int> Sum(GatewayFanOut.Answer[] answers) =>
        new(answers.Sum(answer => answer.Outcome.Count), GatewayFanOut.Failures(answers));

    private static QueryResult<IReadOnlyList<ClientId>> Clients(GatewayFanOut.Answer[] answers) => new(
        [.. answers.SelectMany(answer => answer.Outcome.Clients.Select(row => new ClientId(answer.Gateway, row.Connection)))],
        GatewayFanOut.Failures(answers));

    private static QueryResult<IReadOnlyList<string>> Uids(GatewayFanOut.Answer[] answers) => new(
        [.. answers
            .SelectMany(answer => answer.Outcome.Clients)
            .Where(row => row.HasUid && row.Uid.Length > 0)
            .Select(row => row.Uid)
            .Distinct(StringComparer.Ordinal)],
        GatewayFanOut.Failures(answers));

    private static T Of<T>(Dictionary<string, T> map, string key)
        where T : new()
    {
        if (!map.TryGetValue(key, out var value))
        {
            map[key] = value = new T();
        }

        return value;
    }

    private static Dictionary<string, IReadOnlyList<ClientId>> Freeze(Dictionary<string, List<ClientId>> lists) =>
        lists.ToDictionary(pair => pair.Key, IReadOnlyList<ClientId> (pair) => pair.Value, StringComparer.Ordinal);

    private static Dictionary<string, int> AddCounts(Dictionary<string, int> sums, GatewayFanOut.Answer[] answers)
    {
        foreach (var count in answers.SelectMany(answer => answer.Outcome.Counts))
        {
            sums[count.Name] = sums.GetValueOrDefault(count.Name) + (int)count.Count;
        }

        return sums;
    }

    private async Task<QueryResult<IReadOnlyDictionary<string, int>>> CountNamesAsync(
        CommandKind kind, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        // Without names the command would count everything.
        var sums = Distinct(names).ToDictionary(name => name, _ => 0, StringComparer.Ordinal);
        var answers = sums.Count == 0 ? [] : await gateways.AskAllAsync(() => Named(kind, sums.Keys), cancellationToken);
        return new(AddCounts(sums, answers), GatewayFanOut.Failures(answers));
    }

    private async Task<QueryResult<CommandOutcome>> AskOneAsync(ClientId client, Command command, CancellationToken cancellationToken)
    {
        var answer = new GatewayFanOut.Answer(client.Gateway, await gateways.AskAsync(client.Gateway, command, cancellationToken));
        return new(answer.Outcome, GatewayFanOut.Failures([answer]));
    }

    /// <summary>Each item once, in order of its first coming.</summary>
    private sealed class OrderedSet
    {
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        public List<string> Items { get; } = [];

        public void Add(string item)
        {
            if (_seen.Add(item))
            {
                Items.Add(item);
            }
        }
    }
}
