using System.Collections.Frozen;
using System.Text.Json;
using Portico.Client;
using Portico.Contracts.Results;

namespace Portico.WebApi.Endpoints;

/// <summary>
/// Every method of the PHP GatewayClient by its own name (spelled as there, in any case), without those of the current client. A command answers
/// with a receipt, a query with the value PHP has: 0 and 1, lists, and maps as objects even when they are empty.
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
        ["sendToClient"] = call => RunAsync(call, (call.ClientId(), call.Message(), call.Options(mayExclude: false)), (g, a) => g.SendToClientAsync(a.Item1, a.Item2, a.Item3, call.Aborted)),
        ["sendToUid"] = call => RunAsync(call, (call.Names("uid"), call.Message(), call.Options(mayExclude: true)), (g, a) => g.SendToUidsAsync(a.Item1, a.Item2, a.Item3, call.Aborted)),
        ["sendToGroup"] = call => RunAsync(call, (call.Names("group"), call.Message(), call.Options(mayExclude: true)), (g, a) => g.SendToGroupsAsync(a.Item1, a.Item2, a.Item3, call.Aborted)),
        ["closeClient"] = call => RunAsync(call, (call.ClientId(), call.OptionalMessage()), (g, a) => g.CloseClientAsync(a.Item1, a.Item2, null, call.Aborted)),
        ["closeUid"] = call => RunAsync(call, (call.Name("uid"), call.OptionalMessage()), (g, a) => g.CloseUidAsync(a.Item1, a.Item2, null, call.Aborted)),
        ["destoryClient"] = DestroyAsync,
        ["destroyClient"] = DestroyAsync,
        ["bindUid"] = call => RunAsync(call, (call.ClientId(), call.Uid()), (g, a) => g.BindUidAsync(a.Item1, a.Item2, false, call.Aborted)),
        // PHP ignores the uid and takes away whichever the client has (GatewayWorker protocol 2.5).
        ["unbindUid"] = call => RunAsync(call, call.ClientId(), (g, client) => g.UnbindUidAsync(client, null, call.Aborted)),
        ["joinGroup"] = call => RunAsync(call, (call.ClientId(), call.Name("group")), (g, a) => g.JoinGroupAsync(a.Item1, a.Item2, call.Aborted)),
        ["leaveGroup"] = call => RunAsync(call, (call.ClientId(), call.Name("group")), (g, a) => g.LeaveGroupAsync(a.Item1, a.Item2, call.Aborted)),
        ["ungroup"] = call => RunAsync(call, call.Name("group"), (g, group) => g.UngroupAsync(group, call.Aborted)),
        ["setSession"] = call => RunAsync(call, (call.ClientId(), call.Session()), (g, a) => g.SetSessionAsync(a.Item1, a.Item2, call.Aborted)),
        ["updateSession"] = call => RunAsync(call, (call.ClientId(), call.Session()), (g, a) => g.UpdateSessionAsync(a.Item1, a.Item2, call.Aborted)),
    };

    private static Task<Action<Utf8JsonWriter>> SendToAllAsync(GatewayCall call) => RunAsync(
        call,
        (Clients: call.ClientIds("client_id_array"), Message: call.Message(), Options: call.Options(mayExclude: true)),
        (gateways, a) => a.Clients is { } clients
            ? gateways.SendToClientsAsync(clients, a.Message, a.Options, call.Aborted)
            : gateways.SendToAllAsync(a.Message, a.Options, call.Aborted));

    private static Task<Action<Utf8JsonWriter>> DestroyAsync(GatewayCall call) =>
        RunAsync(call, call.ClientId(), (gateways, client) => gateways.DestroyClientAsync(client, call.Aborted));

    private static async Task<Action<Utf8JsonWriter>> RunAsync<T>(GatewayCall call, T arguments, Func<IGatewayClient, T, Task<SendReceipt>> command)
    {
        call.Check();
        var receipt = await command(call.Gateways, arguments);
        GatewayCall.ThrowIfNobodyAsked(receipt.Gateways);
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
