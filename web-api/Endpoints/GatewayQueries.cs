using System.Text.Json;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Method = Portico.WebApi.Endpoints.GatewayMethods.Method;

namespace Portico.WebApi.Endpoints;

/// <summary>The methods of <see cref="GatewayMethods"/> that only ask.</summary>
internal static class GatewayQueries
{
    public static Dictionary<string, Method> All() => new()
    {
        ["isOnline"] = call => AskAsync(
            call, call.ClientId(), (g, a) => g.IsOnlineAsync(a, call.Aborted), (json, online) => json.WriteNumberValue(online ? 1 : 0)),
        ["isUidOnline"] = call => AskAsync(
            call, call.Name("uid"), (g, a) => g.IsUidOnlineAsync(a, call.Aborted), (json, online) => json.WriteNumberValue(online ? 1 : 0)),
        ["isUidsOnline"] = call => AskAsync(
            call,
            call.Names("uid"),
            (g, a) => g.AreUidsOnlineAsync(a, call.Aborted),
            (json, map) => WriteMap(json, map, online => json.WriteNumberValue(online ? 1 : 0))),
        ["getClientIdByUid"] = call => AskAsync(call, call.Name("uid"), (g, a) => g.GetClientIdsByUidAsync(a, call.Aborted), WriteList),
        ["batchGetClientIdByUid"] = call => AskAsync(
            call,
            call.Names("uid"),
            (g, a) => g.GetClientIdsByUidsAsync(a, call.Aborted),
            (json, map) => WriteMap(json, map, clients => WriteList(json, clients))),
        ["getUidByClientId"] = call => AskAsync(call, call.ClientId(), (g, a) => g.GetUidAsync(a, call.Aborted), (json, uid) => json.WriteStringValue(uid)),
        ["getAllUidList"] = call => AskAsync(call, 0, (g, _) => g.GetUidsAsync(call.Aborted), WriteSame),
        ["getAllUidCount"] = call => AskAsync(call, 0, (g, _) => g.CountUidsAsync(call.Aborted), WriteCount),
        ["getUidListByGroup"] = call => AskAsync(call, call.Names("group"), (g, a) => g.GetUidsByGroupsAsync(a, call.Aborted), WriteSame),
        ["getUidCountByGroup"] = call => AskAsync(call, call.Names("group"), (g, a) => g.CountUidsByGroupsAsync(a, call.Aborted), WriteCount),
        ["getClientIdListByGroup"] = call => AskAsync(call, call.Names("group"), (g, a) => g.GetClientIdsByGroupsAsync(a, call.Aborted), WriteSameClients),
        ["getAllClientIdList"] = call => AskAsync(call, 0, (g, _) => g.GetClientIdsAsync(call.Aborted), WriteSameClients),
        ["getAllClientIdCount"] = CountAllAsync,
        ["getAllClientCount"] = CountAllAsync,
        ["getClientIdCountByGroup"] = CountGroupAsync,
        ["getClientCountByGroup"] = CountGroupAsync,
        ["batchGetClientIdCountByGroup"] = call => AskAsync(
            call, call.Names("group"), (g, a) => g.CountClientsByGroupsAsync(a, call.Aborted), (json, map) => WriteMap(json, map, json.WriteNumberValue)),
        ["getAllClientSessions"] = SessionsAsync,
        ["getAllClientInfo"] = SessionsAsync,
        ["getClientSessionsByGroup"] = call => AskAsync(call, call.Name("group"), (g, a) => g.GetSessionsAsync(a, call.Aborted), WriteSessions),
        ["getClientInfoByGroup"] = call => AskAsync(call, call.Name("group"), (g, a) => g.GetSessionsAsync(a, call.Aborted), WriteSessions),
        ["getAllGroupIdList"] = call => AskAsync(call, 0, (g, _) => g.GetGroupsAsync(call.Aborted), (json, groups) => WriteSame(json, groups.Keys)),
        ["getAllGroupUidList"] = call => AskAsync(
            call, 0, (g, _) => g.GetGroupUidsAsync(call.Aborted), (json, map) => WriteMap(json, map, uids => WriteSame(json, uids))),
        ["getAllGroupUidCount"] = call => AskAsync(
            call, 0, (g, _) => g.GetGroupUidsAsync(call.Aborted), (json, map) => WriteMap(json, map, uids => json.WriteNumberValue(uids.Count))),
        ["getAllGroupClientIdList"] = call => AskAsync(
            call, 0, (g, _) => g.GetGroupClientIdsAsync(call.Aborted), (json, map) => WriteMap(json, map, clients => WriteSameClients(json, clients))),
        ["getAllGroupClientIdCount"] = call => AskAsync(
            call, 0, (g, _) => g.GetGroupsAsync(call.Aborted), (json, map) => WriteMap(json, map, json.WriteNumberValue)),
        ["getSession"] = call => AskAsync(call, call.ClientId(), (g, a) => g.GetSessionAsync(a, call.Aborted), WriteSession),
    };

    private static Task<Action<Utf8JsonWriter>> CountAllAsync(GatewayCall call) => AskAsync(call, 0, (g, _) => g.CountClientsAsync(call.Aborted), WriteCount);

    // PHP: no group is everybody.
    private static Task<Action<Utf8JsonWriter>> CountGroupAsync(GatewayCall call) => AskAsync(
        call, call.OptionalGroup(), (g, group) => group is null ? g.CountClientsAsync(call.Aborted) : g.CountClientsByGroupAsync(group, call.Aborted),
        WriteCount);

    private static Task<Action<Utf8JsonWriter>> SessionsAsync(GatewayCall call) =>
        AskAsync(call, call.OptionalGroup(), (g, group) => g.GetSessionsAsync(group, call.Aborted), WriteSessions);

    private static async Task<Action<Utf8JsonWriter>> AskAsync<TArgument, TValue>(
        GatewayCall call, TArgument argument, Func<IGatewayClient, TArgument, Task<QueryResult<TValue>>> question, Action<Utf8JsonWriter, TValue> write)
    {
        call.Check();
        var value = call.Take(await question(call.Gateways, argument));
        return json => write(json, value);
    }

    private static void WriteCount(Utf8JsonWriter json, int count) => json.WriteNumberValue(count);

    private static void WriteList(Utf8JsonWriter json, IReadOnlyList<ClientId> clients)
    {
        json.WriteStartArray();
        foreach (var client in clients)
        {
            json.WriteStringValue(client.ToString());
        }

        json.WriteEndArray();
    }

    private static void WriteMap<T>(Utf8JsonWriter json, IReadOnlyDictionary<string, T> map, Action<T> write)
    {
        json.WriteStartObject();
        foreach (var (name, value) in map)
        {
            json.WritePropertyName(name);
            write(value);
        }

        json.WriteEndObject();
    }

    // PHP's lists of uids, groups and client ids are maps of each to itself.
    private static void WriteSame(Utf8JsonWriter json, IEnumerable<string> names)
    {
        json.WriteStartObject();
        foreach (var name in names)
        {
            json.WriteString(name, name);
        }

        json.WriteEndObject();
    }

    private static void WriteSameClients(Utf8JsonWriter json, IReadOnlyList<ClientId> clients) => WriteSame(json, clients.Select(client => client.ToString()));

    private static void WriteSessions(Utf8JsonWriter json, IReadOnlyDictionary<ClientId, ReadOnlyMemory<byte>> sessions)
    {
        json.WriteStartObject();
        foreach (var (client, session) in sessions)
        {
            json.WritePropertyName(client.ToString());
            GatewayCall.WriteSession(json, session);
        }

        json.WriteEndObject();
    }

    private static void WriteSession(Utf8JsonWriter json, ReadOnlyMemory<byte>? session)
    {
        if (session is { } bytes)
        {
            GatewayCall.WriteSession(json, bytes);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
