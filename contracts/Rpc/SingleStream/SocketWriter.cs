using System.IO.Pipelines;
using System.Net.Sockets;

namespace Portico.Contracts.Rpc.SingleStream;

/// <summary>
/// Frames to a socket that blocks: a send returns when the kernel has the bytes, which takes long only while the peer is megabytes behind.
/// Body and control frames come from different threads.
/// </summary>
internal sealed class SocketWriter(Socket socket) : FrameStreamWriter
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Send(Seal().Span);
        Clear();
        return default;
    }

    /// <summary>A frame that does not belong to the body, between its frames.</summary>
    public void SendFrame(ReadOnlySpan<byte> frame) => Send(frame);

    /// <summary>Shows that we live, unless something is being sent just now, which shows it too.</summary>
    public void TryPing()
    {
        if (!_gate.TryEnter())
        {
            return;
        }

        try
        {
            SendAll(StreamPreface.Ping());
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Whoever reads finds the same, and tells.
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            SendAll(bytes);
        }
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }
}
