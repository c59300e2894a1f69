using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Support;

namespace Portico.WebApi.Tests;

/// <summary>A client of <see cref="ScriptedGateways"/>.</summary>
internal sealed class ScriptedClient(ClientId id, string subprotocol)
{
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();

    public ClientId Id { get; } = id;

    public string Subprotocol { get; } = subprotocol;

    public string? Uid { get; set; }

    public HashSet<string> Groups { get; } = [];

    public ReadOnlyMemory<byte> Session { get; set; }

    /// <summary>The request head of its handshake; null while that is not done.</summary>
    public ReadOnlyMemory<byte>? Handshake { get; set; } = ReadOnlyMemory<byte>.Empty;

    /// <summary>What it was closed with; null while it is connected.</summary>
    public CloseReason? Closed { get; set; }

    public void Receive(ReadOnlyMemory<byte> message) => _received.Writer.TryWrite(Encoding.UTF8.GetString(message.Span));

    /// <summary>The next message it was sent.</summary>
    public async Task<string> NextAsync() => await _received.Reader.ReadAsync().AsTask().Guarded();

    /// <summary>The next message as JSON.</summary>
    public async Task<JsonElement> NextJsonAsync()
    {
        using var document = JsonDocument.Parse(await NextAsync());
        return document.RootElement.Clone();
    }

    /// <summary>Whether nothing more has come.</summary>
    public bool IsQuiet => _received.Reader.Count == 0;
}
