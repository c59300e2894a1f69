using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols;

/// <summary>
/// One frame as a codec sees it. Its spans live until the next <see cref="IFrameCodec.TryRead"/> of any codec on the same thread
/// (they lie in the input or in a buffer that the thread's codecs share).
/// </summary>
internal ref struct Frame
{
    /// <summary>What it is.</summary>
    public FrameKind Kind;

    /// <summary>Message: it came as binary.</summary>
    public bool Binary;

    /// <summary>Message: its content. Handshake: the request head (see <see cref="WebSocket.RequestHead"/>). Else empty.</summary>
    public ReadOnlySpan<byte> Payload;

    /// <summary>Bytes to answer with, ready for the socket; may be empty.</summary>
    public ReadOnlySpan<byte> Reply;

    /// <summary>Handshake: the subprotocol that was selected, null for none.</summary>
    public string? Subprotocol;

    /// <summary>Close and refused: why.</summary>
    public CloseReason Reason;
}
