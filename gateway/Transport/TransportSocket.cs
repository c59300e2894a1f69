using System.Net;

namespace Portico.Gateway.Transport;

/// <summary>One client socket, owned by one loop and used on its thread only. Bytes in, bytes out, nothing else.</summary>
internal abstract class TransportSocket
{
    /// <summary>Address of the peer of the socket (behind a proxy: the proxy's).</summary>
    public abstract IPEndPoint RemoteEndPoint { get; }

    /// <summary>True once <see cref="Close"/> or <see cref="Abort"/> was called.</summary>
    public abstract bool IsClosed { get; }

    /// <summary>
    /// While true no byte is read from the kernel, so TCP slows the peer down. A half-close or error behind unread bytes is told
    /// after reading goes on.
    /// </summary>
    public abstract bool ReadPaused { get; set; }

    /// <summary>
    /// Gives bytes to the kernel without waiting.
    /// </summary>
    /// <returns>How many were taken. When fewer than given, <see cref="ITransportSocketHandler.OnWritable"/> comes once there is room.
    /// A broken socket takes all of them and tells <see cref="ITransportSocketHandler.OnError"/> later.</returns>
    public abstract int Send(ReadOnlySpan<byte> bytes);

    /// <summary>The same for several pieces in one system call where the platform can.</summary>
    public abstract int Send(ReadOnlySpan<ReadOnlyMemory<byte>> pieces);

    /// <summary>FIN after what was taken so far; reading goes on.</summary>
    public abstract void ShutdownSend();

    /// <summary>Closes for good, what the kernel took is still delivered. No callback follows. Idempotent.</summary>
    public abstract void Close();

    /// <summary>Closes with a reset, what waits in the kernel is dropped. No callback follows. Idempotent.</summary>
    public abstract void Abort();
}
