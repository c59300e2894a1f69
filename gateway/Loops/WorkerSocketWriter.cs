using System.IO.Pipelines;
using Google.Protobuf;
using Portico.Contracts.Link;
using Portico.Contracts.Rpc;
using Portico.Contracts.Rpc.SingleStream;
using Portico.Gateway.Transport;

namespace Portico.Gateway.Loops;

/// <summary>
/// Frames to a worker's socket, on the loop's thread. What the kernel does not take waits here, and a flush is not through before it is
/// gone: then everything else waits with its owner and leaves together.
/// </summary>
internal sealed class WorkerSocketWriter : FrameStreamWriter, IDisposable
{
    private const int KeptCapacity = 64 * 1024;
    private readonly LinkBuffer _unsent = new(512);
    private TaskCompletionSource<FlushResult>? _flushing;
    private TransportSocket? _socket;

    /// <summary>Bytes that the kernel has not taken.</summary>
    public int Unsent => _unsent.Length;

    /// <summary>Sends from now on.</summary>
    public void Open(TransportSocket socket) => _socket = socket;

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Send(Seal().Span);
        Clear();
        if (_unsent.Length == 0)
        {
            return default;
        }

        // Whoever waits goes on within OnWritable, on this thread.
        _flushing = new TaskCompletionSource<FlushResult>();
        return new ValueTask<FlushResult>(_flushing.Task);
    }

    /// <summary>Bytes that do not belong to the body, between its frames.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (_unsent.Length == 0)
        {
            bytes = bytes[_socket!.Send(bytes)..];
        }

        if (!bytes.IsEmpty)
        {
            _unsent.Append(bytes);
        }
    }

    /// <summary>A message before any flush; what the kernel does not take goes before what is flushed later.</summary>
    public void SendMessage(IMessage message)
    {
        RpcFraming.WriteMessage(this, message);
        Send(Seal().Span);
        Clear();
    }

    /// <summary>The kernel takes more.</summary>
    public void OnWritable()
    {
        _unsent.RemoveStart(_socket!.Send(_unsent.WrittenSpan));
        if (_unsent.Length == 0)
        {
            _unsent.Clear(KeptCapacity);
            EndFlush(default);
        }
    }

    /// <summary>Nothing more is sent; a flush on its way ends.</summary>
    public void Break() => EndFlush(new FlushResult(isCanceled: true, isCompleted: true));

    /// <inheritdoc/>
    public void Dispose() => _unsent.Dispose();

    private void EndFlush(FlushResult result)
    {
        var flushing = _flushing;
        _flushing = null;
        _ = flushing?.TrySetResult(result);
    }
}
