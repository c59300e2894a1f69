using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Portico.Support;

/// <summary>A browser's side of a WebSocket: the platform's own client, every wait guarded.</summary>
public sealed class TestClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();

    private TestClient()
    {
    }

    /// <summary>The client_id it was told in the handshake message.</summary>
    public string ClientId { get; private set; } = "";

    /// <summary>The platform's socket.</summary>
    public ClientWebSocket Socket => _socket;

    /// <summary>Connects.</summary>
    public static async Task<TestClient> ConnectAsync(string url, string? subprotocol = null, string? cookie = null)
    {
        var client = new TestClient();
        if (subprotocol is not null)
        {
            client._socket.Options.AddSubProtocol(subprotocol);
        }

        if (cookie is not null)
        {
            client._socket.Options.SetRequestHeader("Cookie", cookie);
        }

        await client._socket.ConnectAsync(new Uri(url), CancellationToken.None).Guarded();
        return client;
    }

    /// <summary>Connects and exchanges the handshake message of the shop and the playground.</summary>
    public static async Task<TestClient> ShakeHandsAsync(string url, string? subprotocol = null, string? cookie = null)
    {
        var client = await ConnectAsync(url, subprotocol, cookie);
        await client.SendAsync("""{"type":"handshake","role":"user"}""");
        var answer = await client.ReceiveTypeAsync("handshake");
        client.ClientId = answer.GetProperty("client_id").GetString()!;
        return client;
    }

    /// <summary>Sends a text message.</summary>
    public Task SendAsync(string text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None).Guarded();

    /// <summary>The next message, or null when the server closed.</summary>
    public async Task<string?> ReceiveAsync()
    {
        var buffer = new byte[16 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, CancellationToken.None).Guarded();
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length);
            }
        }
    }

    /// <summary>The next message whose JSON <c>type</c> is the given one; server pings before it are passed over, anything else is a fault.</summary>
    public async Task<JsonElement> ReceiveTypeAsync(string type)
    {
        while (true)
        {
            var text = await ReceiveAsync() ?? throw new InvalidOperationException($"Closed ({_socket.CloseStatus} {_socket.CloseStatusDescription}) while waiting for '{type}'.");
            using var json = JsonDocument.Parse(text);
            var found = json.RootElement.GetProperty("type").GetString();
            if (found == type)
            {
                return json.RootElement.Clone();
            }

            if (found != "ping")
            {
                throw new InvalidOperationException($"Waited for '{type}', got {text}");
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
