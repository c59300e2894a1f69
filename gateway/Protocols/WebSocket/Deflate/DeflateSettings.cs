namespace Portico.Gateway.Protocols.WebSocket.Deflate;

/// <summary>What a listener is willing to agree on for permessage-deflate (RFC 7692).</summary>
internal sealed class DeflateSettings
{
    private int _contexts;

    /// <summary>Messages under this many bytes go uncompressed (default 1024: below one segment nothing is saved on the wire).</summary>
    public int MinMessageSize { get; init; } = 1024;

    /// <summary>zlib's level, 1 to 9 (default 1: the first level brings most of the gain for a fraction of the time).</summary>
    public int Level { get; init; } = 1;

    /// <summary>
    /// Keep our window between messages (default false: compressed messages can then be shared by all clients, and an idle
    /// connection holds no window).
    /// </summary>
    public bool ServerContextTakeover { get; init; }

    /// <summary>Let clients keep their window between messages (default false: 40 KiB for every client that does).</summary>
    public bool ClientContextTakeover { get; init; }

    /// <summary>Our largest window as a power of two, 8 to 15 (default 15). A client may ask for less.</summary>
    public int ServerWindowBits { get; init; } = DeflateAgreement.FullWindow;

    /// <summary>The largest window of clients that let us choose, 8 to 15 (default 15).</summary>
    public int ClientWindowBits { get; init; } = DeflateAgreement.FullWindow;

    /// <summary>
    /// Most connections that keep a window (default 1024, about 300 KiB each in both directions); further ones agree on none.
    /// </summary>
    public int MaxContexts { get; init; } = 1024;

    /// <summary>Whether another connection may keep a window. Loops that ask at once may pass it by one each.</summary>
    public bool HasRoom => Volatile.Read(ref _contexts) < MaxContexts;

    /// <summary>A connection keeps a window from now on, or no longer.</summary>
    public void CountContext(int change) => Interlocked.Add(ref _contexts, change);
}
