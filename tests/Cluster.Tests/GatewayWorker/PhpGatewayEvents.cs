using System.Globalization;
using System.Threading.Channels;
using Portico.BusinessWorker.Events;
using Portico.Contracts.Results;

namespace Portico.Cluster.Tests.GatewayWorker;

/// <summary>A module that writes down what it sees and does what a message tells it to.</summary>
internal sealed class PhpGatewayEvents(WorkerServices worker) : IEvents
{
    private readonly Channel<string> _seen = Channel.CreateUnbounded<string>();

    /// <summary>The next thing that happened.</summary>
    public Task<string> NextAsync() => _seen.Reader.ReadAsync().AsTask();

    public ValueTask OnConnect(ClientContext client)
    {
        _seen.Writer.TryWrite($"connect {client.Path}");
        return client.Handshake.Target.Length == 0 ? client.SendAsync("welcome") : default;
    }

    public ValueTask OnWebSocketConnect(ClientContext client) =>
        Note($"websocket {client.Path} {client.Handshake.Query["a"]} {client.Handshake.Headers["Sec-WebSocket-Version"]} {client.RemoteEndPoint!.Address}");

    public async ValueTask OnMessage(ClientContext client, ClientMessage message)
    {
        var words = message.Text.Split(' ');
        switch (words[0])
        {
            case "bind":
                await client.BindUidAsync(words[1]);

                // Asked on the same link, so the bind is seen.
                await client.SendAsync($"uid {(await worker.Gateway.GetUidAsync(client.Id)).Value}");
                break;
            case "join":
                await client.JoinGroupAsync(words[1]);
                await client.SendAsync($"members {(await worker.Gateway.CountClientsByGroupsAsync([words[1]])).Value[words[1]]}");
                break;
            case "count":
                // Awaits, so that the next message comes while this one's session is not stored.
                await Task.Yield();
                client.Session["n"] = client.Session.GetInt64("n").GetValueOrDefault() + 1;
                break;
            case "uid":
                await worker.Posts.ToUidAsync(words[1], "to uid"u8);
                break;
            case "group":
                await worker.Posts.ToGroupAsync(words[1], "to group"u8);
                break;
            case "all":
                await worker.Posts.ToAllAsync("to all"u8);
                break;
            case "show":
                await client.SendAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{client.Uid ?? "nobody"} n={client.Session.GetInt64("n") ?? 0} name={client.Session.GetString("name")}"));
                break;
            case "close":
                await client.CloseAsync(CloseReason.Kicked, "bye"u8.ToArray());
                break;
            default:
                await client.SendAsync(message);
                break;
        }
    }

    public ValueTask OnClose(ClientContext client) => Note($"close {client.Uid ?? "nobody"} n={client.Session.GetInt64("n") ?? 0}");

    private ValueTask Note(string what)
    {
        _seen.Writer.TryWrite(what);
        return default;
    }
}
