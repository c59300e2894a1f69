using Portico.Gateway.Protocols.WebSocket.Deflate;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>What the codecs of one listener keep to. One object for all its connections.</summary>
internal sealed record WebSocketSettings
{
    /// <summary>Largest message after joining and inflating, bytes (default 1 MiB: far above any chat message, small enough to buffer).</summary>
    public int MaxMessageSize { get; init; } = 1024 * 1024;

    /// <summary>
    /// Most frames of one message (default 131072: twice what 4 MiB in 64-byte pieces needs; an endless row of empty fragments ends).
    /// </summary>
    public int MaxFramesPerMessage { get; init; } = 131_072;

    /// <summary>Largest request head, bytes (default 8 KiB, as nginx and Kestrel's lines).</summary>
    public int MaxRequestHead { get; init; } = 8192;

    /// <summary>Origins that browsers may come from, as <c>https://shop.example</c>; empty: all. A request without Origin is no browser's.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Paths that are served, others are answered 404; empty: all (the worker then refuses what it has no module for).</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Subprotocols to select from; a client that offers none of them gets none.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = ["portico.v1"];

    /// <summary>Compression, null for none.</summary>
    public DeflateSettings? Deflate { get; init; } = new();
}
