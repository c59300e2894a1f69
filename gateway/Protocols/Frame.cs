using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols;

/// <summary>One frame as a codec sees it. Its spans live until the next call of the codec.</summary>
internal ref struct Frame
{
    /// <summary>What it is.</summary>
    public FrameKind Kind;

    /// <summary>Message: it came as binary.</summary>
    public bool Binary;

    /// <summary>Message: its content. Handshake: the request head. Else empty.</summary>
    public ReadOnlySpan<byte> Payload;

    /// <summary>Bytes to answer with, ready for the socket; may be empty.</summary>
    public ReadOnlySpan<byte> Reply;

    /// <summary>Close and refused: why.</summary>
    public CloseReason Reason;
}
