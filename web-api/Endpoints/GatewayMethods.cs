using System.Collections.Frozen;
using System.Text.Json;
using Portico.Client;
using Portico.Contracts.Results;

namespace Portico.WebApi.Endpoints;

/// <summary>
/// Every method of the PHP GatewayClient by its own name (spelled as there, in any case), without those of the current client. A command answers
/// with a receipt, a query with the value PHP has: 0 and 1, lists, and maps as objects even when they are empty. A command to one client that was
/// not done is an error with its receipt.
/// </summary>
internal static class GatewayMethods
{
    /// <summary>Carries a call out and returns what writes its <c>data</c>.</summary>
    internal delegate Task<Action<Utf8JsonWriter>> Method(GatewayCall call);

    /// <summary>All methods.</summary>
    public static readonly FrozenDictionary<string, Method> All = Commands().Concat(GatewayQueries.All()).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static Dictionary<string, Method> Commands() => new()
    {
        ["sendToAll"] = SendToAllAsync,
        ["sendToClient"] = call => OneAsync(
            call, (call.ClientId(), call.Message(), call.Options(mayExclude: false)), (g, a) => g.SendToClientAsync(a.Item1, a.Item2, a.Item3, call.Aborted)),
        ["sendToUid"] = call => ManyAsync(
            call, (call.Names("uid"), call.Message(), call.Options(mayExclude: true)), (g, a) => g.SendToUidsAsync(a.Item1, a.Item2, a.Item3, call.Aborted)),
        ["sendToGroup"] = call => ManyAsync(
            call,
            (call.Names("group"), call.Message(), call.Options(mayExclude: true)),
            (g, a) => g.SendToGroupsAsync(a.Item1, a.Item2, a.Item3, call.Aborted)),
        ["closeClient"] = call => OneAsync(
            call, (call.ClientId(), call.OptionalMessage(), call.Reason()), (g, a) => g.CloseClientAsync(a.Item1, a.Item2, a.Item3, call.Aborted)),
        ["closeUid"] = call => ManyAsync(
            call, (call.Name("uid"), call.OptionalMessage(), call.Reason()), (g, a) => g.CloseUidAsync(a.Item1, a.Item2, a.Item3, call.Aborted)),
        ["destoryClient"] = DestroyAsync,
        ["destroyClient"] = DestroyAsync,
        ["bindUid"] = call => OneAsync(call, (call.ClientId(), call.Uid()), (g, a) => g.BindUidAsync(a.Item1, a.Item2, false, call.Aborted)),
        ["unbindUid"] = UnbindAsync,
        ["joinGroup"] = call => OneAsync(call, (call.ClientId(), call.Name("group")), (g, a) => g.JoinGroupAsync(a.Item1, a.Item2, call.Aborted)),
        ["leaveGroup"] = call => OneAsync(call, (call.ClientId(), call.Name("group")), (g, a) => g.LeaveGroupAsync(a.Item1, a.Item2, call.Aborted)),
        ["ungroup"] = call => ManyAsync(call, call.Name("group"), (g, group) => g.UngroupAsync(group, call.Aborted)),
        ["setSession"] = call => OneAsync(call, (call.ClientId(), call.Session()), (g, a) => g.SetSessionAsync(a.Item1, a.Item2, call.Aborted)),
        ["updateSession"] = call => OneAsync(call, (call.ClientId(), call.Session()), (g, a) => g.UpdateSessionAsync(a.Item1, a.Item2, call.Aborted)),
    };

    private static Task<Action<Utf8JsonWriter>> SendToAllAsync(GatewayCall call) => ManyAsync(
        call,
        (Clients: call.ClientIds("client_id_array"), Message: call.Message(), Options: call.Options(mayExclude: true)),
        (gateways, a) => a.Clients is { } clients
            ? gateways.SendToClientsAsync(clients, a.Message, a.Options, call.Aborted)
            : gateways.SendToAllAsync(a.Message, a.Options, call.Aborted));

    private static Task<Action<Utf8JsonWriter>> DestroyAsync(GatewayCall call) =>
        OneAsync(call, call.ClientId(), (gateways, client) => gateways.DestroyClientAsync(client, call.Aborted));

    // PHP ignores the uid and takes away whichever the client has (GatewayWorker protocol 2.5).
    private static Task<Action<Utf8JsonWriter>> UnbindAsync(GatewayCall call)
    {
        call.Ignore("uid");
        return OneAsync(call, call.ClientId(), (gateways, client) => gateways.UnbindUidAsync(client, null, call.Aborted));
    }

    // To one client: not done is an error. To many: who was not reached is named, as with queries.
    private static async Task<Action<Utf8JsonWriter>> OneAsync<T>(GatewayCall call, T arguments, Func<IGatewayClient, T, Task<SendReceipt>> command)
    {
        call.Check();
        var receipt = await command(call.Gateways, arguments);
        GatewayCall.ThrowIfNobodyAsked(receipt.Gateways);
        call.TakeOne(receipt);
        return json => WriteReceipt(json, receipt);
    }

    private static async Task<Action<Utf8JsonWriter>> ManyAsync<T>(GatewayCall call, T arguments, Func<IGatewayClient, T, Task<SendReceipt>> command)
    {
        call.Check();
        var receipt = await command(call.Gateways, arguments);
        GatewayCall.ThrowIfNobodyAsked(receipt.Gateways);
        call.TakeMany(receipt);
        return json => WriteReceipt(json, receipt);
    }

    private static void WriteReceipt(Utf8JsonWriter json, SendReceipt receipt)
    {
        json.WriteStartObject();
        json.WriteNumber("delivered"u8, receipt.Delivered);
        json.WriteStartArray("gateways"u8);
        foreach (var gateway in receipt.Gateways)
        {
            WriteGateway(json, gateway);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>One gateway of a receipt.</summary>
    public static void WriteGateway(Utf8JsonWriter json, GatewayReceipt gateway)
    {
        json.WriteStartObject();
        json.WriteString("address"u8, gateway.Address.ToString());
        json.WriteString("status"u8, gateway.Status.ToString());
        json.WriteNumber("delivered"u8, gateway.Delivered);
        if (gateway.Error is { Length: > 0 } error)
        {
            json.WriteString("error"u8, error);
        }

        json.WriteEndObject();
    }
}
