using System.Text.Json;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests.Service;

/// <summary>An agent or a visitor of portico.v1 who notes every frame he gets.</summary>
internal sealed class DeskClient : IAsyncDisposable
{
    private readonly TestClient _client;
    private readonly Dictionary<string, int> _seen = [];
    private int _asked;

    private DeskClient(TestClient client) => _client = client;

    public List<JsonElement> Frames { get; } = [];

    public TestClient Socket => _client;

    public static Task<DeskClient> ConnectAsync(string address, string name, bool agent) =>
        ConnectAsync($"{address}?token={HttpCaller.Token(name, DateTimeOffset.UtcNow.AddHours(1), role: agent ? "agent" : null)}");

    public static async Task<DeskClient> ConnectAsync(string address)
    {
        var client = new DeskClient(await TestClient.ConnectAsync(address, "portico.v1"));
        await client.NextAsync("queue");
        client._asked = client.Frames.Count;
        return client;
    }

    public Task SendAsync(object frame) => _client.SendAsync(JsonSerializer.Serialize(frame));

    /// <summary>Sends a frame with a ref and waits for its answer.</summary>
    public async Task<JsonElement> AskAsync(Dictionary<string, object> frame)
    {
        var reference = Guid.NewGuid().ToString("N");
        frame["ref"] = reference;
        _asked = Frames.Count;
        await SendAsync(frame);
        return await NextAsync(null, answer => answer.TryGetProperty("ref", out var found) && found.GetString() == reference);
    }

    public async Task<JsonElement> HandshakeAsync()
    {
        await SendAsync(new { type = "handshake" });
        return await NextAsync("handshake");
    }

    /// <summary>Sends a message; the answer is its ack or error.</summary>
    public Task<JsonElement> SayAsync(string text, string? to = null)
    {
        var frame = new Dictionary<string, object> { ["type"] = "send", ["content"] = text, ["client_msg_id"] = Guid.NewGuid().ToString("N") };
        if (to is not null)
        {
            frame["toClientUid"] = to;
        }

        return AskAsync(frame);
    }

    /// <summary>The next frame of a type (any for null) that fits; what comes before is noted.</summary>
    public async Task<JsonElement> NextAsync(string? type, Func<JsonElement, bool>? fits = null)
    {
        while (true)
        {
            string? text;
            try
            {
                text = await _client.ReceiveAsync();
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"Waited for '{type}' in vain; so far: {string.Join('\n', Frames)}");
            }

            if (text is null)
            {
                throw new InvalidOperationException($"Closed ({_client.Socket.CloseStatus} {_client.Socket.CloseStatusDescription}) while waiting for '{type}'.");
            }

            using var json = JsonDocument.Parse(text);
            var frame = json.RootElement.Clone();
            Frames.Add(frame);
            if ((type is null || frame.GetProperty("type").GetString() == type) && (fits is null || fits(frame)))
            {
                return frame;
            }
        }
    }

    public Task<JsonElement> PositionAsync(int position) => StateAsync("queue", frame => frame.GetProperty("position").GetInt32() == position);

    public Task<JsonElement> BadgeAsync(int unread) => StateAsync("badge", frame => frame.GetProperty("unread").GetInt32() == unread);

    /// <summary>The agent's next queue in which exactly these wait, head first.</summary>
    public Task<JsonElement> WaitingAsync(params string[] openids) => StateAsync(
        "queue", frame => frame.GetProperty("waiting").EnumerateArray().Select(entry => entry.GetProperty("openid").GetString()).SequenceEqual(openids));

    /// <summary>A frame's type.</summary>
    public static string Type(JsonElement frame) => frame.GetProperty("type").GetString()!;

    /// <summary>The code of an error; of anything else its type.</summary>
    public static string Code(JsonElement frame) => Type(frame) == "error" ? frame.GetProperty("code").GetString()! : Type(frame);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    // States are told beside the answers, so one may have come before what was waited for last: the first since the last question counts.
    private async Task<JsonElement> StateAsync(string type, Func<JsonElement, bool> fits)
    {
        var from = Math.Max(_asked, _seen.GetValueOrDefault(type));
        var at = Frames.FindIndex(from, frame => frame.GetProperty("type").GetString() == type && fits(frame));
        var found = at < 0 ? await NextAsync(type, fits) : Frames[at];
        _seen[type] = at < 0 ? Frames.Count : at + 1;
        return found;
    }
}
