namespace Portico.Contracts.Results;

/// <summary>
/// Why a client connection ended: a WebSocket close code (RFC 6455 section 7.4; 4000 to 4999 are ours, see PROTOCOL.md) and a text
/// of at most 123 bytes in UTF-8, which is what a close frame holds.
/// </summary>
/// <param name="Code">Close code.</param>
/// <param name="Text">Reason for people.</param>
public readonly record struct CloseReason(ushort Code, string Text)
{
    /// <summary>The client closed, or its socket ended.</summary>
    public static readonly CloseReason ClientLeft = new(1000, "client left");

    /// <summary>A worker or backend closed the client.</summary>
    public static readonly CloseReason Kicked = new(1000, "closed by the application");

    /// <summary>The gateway is being stopped or drained.</summary>
    public static readonly CloseReason Drained = new(1001, "gateway is leaving");

    /// <summary>The client broke the protocol.</summary>
    public static readonly CloseReason ProtocolError = new(1002, "protocol error");

    /// <summary>Text that is not UTF-8.</summary>
    public static readonly CloseReason InvalidText = new(1007, "text is not UTF-8");

    /// <summary>A message over the limit.</summary>
    public static readonly CloseReason TooBig = new(1009, "message is too big");

    /// <summary>A fault of ours, or a message that workers die of.</summary>
    public static readonly CloseReason InternalError = new(1011, "internal error");

    /// <summary>No worker came in time.</summary>
    public static readonly CloseReason NoWorker = new(1013, "no worker is available, try again later");

    /// <summary>No worker serves the client's path. Not final: the worker may be about to come.</summary>
    /// <param name="path">What the client asked for; shown in printable ASCII, cut to what a close frame holds.</param>
    public static CloseReason NotServed(string path) => new(NoWorker.Code, $"nothing is served at {Shown(path)}, try again later");

    /// <summary>A path as logs and close frames may show it: printable ASCII, at most 83 characters.</summary>
    /// <param name="path">What the client asked for.</param>
    public static string Shown(string path)
    {
        const int Longest = 80;
        var shown = string.Create(Math.Min(path.Length, Longest), path, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsBetween(text[i], ' ', '~') ? text[i] : '?';
            }
        });
        return path.Length > Longest ? shown + "..." : shown;
    }

    /// <summary>The socket broke (never sent; RFC 6455 reserves 1006 for it).</summary>
    public static readonly CloseReason Broken = new(1006, "connection broke");

    /// <summary>The user token expired and was not refreshed.</summary>
    public static readonly CloseReason TokenExpired = new(4001, "token expired");

    /// <summary>The client said nothing within the time allowed: handshake, first message, heartbeat or idle.</summary>
    public static readonly CloseReason TimedOut = new(4002, "client is silent");

    /// <summary>The client sends faster than it may.</summary>
    public static readonly CloseReason TooFast = new(4003, "client sends too fast");

    /// <summary>The client reads too slowly: its outbox is full.</summary>
    public static readonly CloseReason SlowConsumer = new(4008, "client reads too slowly");

    /// <summary>A new connection of the same identity takes its place.</summary>
    public static readonly CloseReason Replaced = new(4009, "replaced by a newer connection");
}
