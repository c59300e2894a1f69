using System.Buffers;
using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols;

/// <summary>
/// Bytes to frames and back for one client connection, used on its loop's thread only. It looks and counts; the connection owns the
/// socket and the buffers. An idle codec holds no buffer.
/// </summary>
internal interface IFrameCodec : IDisposable
{
    /// <summary>How this client's bytes are encoded; fixed once the handshake is done.</summary>
    WireFormat Format { get; }

    /// <summary>False until the opening handshake is done (always true where there is none).</summary>
    bool IsOpen { get; }

    /// <summary>
    /// Reads the next frame from the start of <paramref name="input"/>. The bytes may be changed (unmasked). Whatever the status,
    /// <paramref name="consumed"/> bytes are done with; with <see cref="FrameStatus.NeedMore"/> the caller keeps the rest (at most
    /// <see cref="MaxKept"/>) and gives it again with what follows: long payloads are taken piece by piece into the codec's own pooled buffer.
    /// Nothing else of this codec may be called between two calls but the Write methods. After a close frame or a refusal, no more.
    /// </summary>
    FrameStatus TryRead(Span<byte> input, out Frame frame, out int consumed);

    /// <summary>The most bytes that can be left unconsumed with <see cref="FrameStatus.NeedMore"/> (a frame header, a request head).</summary>
    int MaxKept { get; }

    /// <summary>Memory that an unfinished message holds, at least 1 while there is one; 0 between messages.</summary>
    int PartialSize { get; }

    /// <summary>
    /// Encodes one message. <paramref name="binary"/> matters for WebSocket only; what is not UTF-8 goes as binary there whatever the
    /// caller said, since a browser would drop the connection for it.
    /// </summary>
    void WriteMessage(IBufferWriter<byte> output, ReadOnlySpan<byte> payload, bool binary);

    /// <summary>Encodes a ping; false where the protocol has none or is not open yet.</summary>
    bool TryWritePing(IBufferWriter<byte> output);

    /// <summary>
    /// Encodes the goodbye for a close that we begin: a close frame, before the handshake an HTTP answer; nothing where the protocol
    /// has none.
    /// </summary>
    void WriteClose(IBufferWriter<byte> output, CloseReason reason);
}
