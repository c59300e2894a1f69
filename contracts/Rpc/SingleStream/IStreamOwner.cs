namespace Portico.Contracts.Rpc.SingleStream;

/// <summary>Whom a <see cref="StreamReceiver"/> tells what came, in the order in which it came.</summary>
public interface IStreamOwner
{
    /// <summary>The peer's first settings; <paramref name="isOurs"/>: it is of the same kind, with windows as large as they can be.</summary>
    void OnSettings(bool isOurs);

    /// <summary>A head or trailers.</summary>
    void OnHeaders(StreamHeaders headers);

    /// <summary>Bytes of the body; gone after the call.</summary>
    void OnData(ReadOnlySpan<byte> data);

    /// <summary>The peer has sent all.</summary>
    void OnEnd();

    /// <summary>The peer gives back a part of its window.</summary>
    void OnWindow(uint increment);

    /// <summary>A frame that the peer shall get before anything else.</summary>
    void Reply(byte[] frame);
}
