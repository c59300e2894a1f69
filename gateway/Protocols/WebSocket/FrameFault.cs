using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>What a client can do wrong in its frames; every one has its own sentence.</summary>
internal static class FrameFault
{
    public static readonly CloseReason ReservedBits = Protocol("reserved bits are set");
    public static readonly CloseReason ReservedOpcode = Protocol("reserved opcode");
    public static readonly CloseReason NotMasked = Protocol("frame is not masked");
    public static readonly CloseReason LongLength = Protocol("length is not in its shortest form");
    public static readonly CloseReason NegativeLength = Protocol("highest bit of the length is set");
    public static readonly CloseReason LongControl = Protocol("control frame is over 125 bytes");
    public static readonly CloseReason SplitControl = Protocol("control frame is fragmented");
    public static readonly CloseReason NothingToContinue = Protocol("continuation of nothing");
    public static readonly CloseReason InsideMessage = Protocol("new message inside a fragmented one");
    public static readonly CloseReason CloseBody = Protocol("close frame with one byte");
    public static readonly CloseReason CloseCode = Protocol("close code is not allowed");
    public static readonly CloseReason CloseText = new(CloseReason.InvalidText.Code, "close reason is not UTF-8");
    public static readonly CloseReason CannotInflate = new(CloseReason.InvalidText.Code, "compressed data is broken");
    public static readonly CloseReason TooManyFrames = new(1008, "message has too many frames");

    private static CloseReason Protocol(string text) => new(CloseReason.ProtocolError.Code, text);
}
