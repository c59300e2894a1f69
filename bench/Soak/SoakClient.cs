using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Portico.Bench.Soak;

/// <summary>A WebSocket client of the playground.</summary>
internal sealed class SoakClient : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly ClientWebSocket _socket = new();
    private byte[] _buffer = new byte[4096];

    private SoakClient()
    {
    }

    /// <summary>How the server closed it; null while it has not.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static async Task<SoakClient> ConnectAsync(string url, bool compressed = false)
    {
        var client = new SoakClient();
        client._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        if (compressed)
        {
            client._socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        }

        await client._socket.ConnectAsync(new Uri(url), CancellationToken.None).WaitAsync(Longest);
        return client;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public Task SendAsync(byte[] bytes, WebSocketMessageType type) => _socket.SendAsync(bytes, type, true, CancellationToken.None).WaitAsync(Longest);

    /// <summary>Sends a request and waits for the answer of that type.</summary>
    public async Task AskAsync(string request, string type)
    {
        await SendAsync(request);
        while (await ReceiveAsync() is { } answer)
        {
            if (answer.Span.StartsWith(Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\"")))
            {
                return;
            }
        }

        throw new InvalidOperationException($"closed instead of answering {type}");
    }

    /// <summary>The next message, valid until the next call; null when it was closed.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync()
    {
        var filled = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(filled), CancellationToken.None).AsTask().WaitAsync(Longest);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            filled += received.Count;
            if (received.EndOfMessage)
            {
                return _buffer.AsMemory(0, filled);
            }

            if (filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, filled * 2);
            }
        }
    }

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Longest);

    /// <summary>The number in a message of the fan-out.</summary>
    public static int NumberOf(ReadOnlyMemory<byte> message)
    {
        using var json = JsonDocument.Parse(message);
        return json.RootElement.GetProperty("content").GetProperty("n").GetInt32();
    }

    /// <summary>Goes without a goodbye.</summary>
    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }
}
