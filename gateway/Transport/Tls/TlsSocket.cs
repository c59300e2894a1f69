using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Portico.Gateway.Transport.Tls;

/// <summary>
/// A client socket behind TLS. A task reads one record at a time and waits until the loop has taken it; between records it holds no
/// buffer.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Every way to end it (Close, Abort, its transport's Dispose) leads to Release.")]
internal sealed class TlsSocket : TlsSender
{
    private readonly SemaphoreSlim _taken = new(0);
    private byte[]? _chunk;
    private int _chunkLength;
    private SocketError _readError;
    private bool _unread;
    private bool _paused;

    public TlsSocket(PortableSockets owner, TlsConnection connection, ITransportSocketHandler handler, IPEndPoint remoteEndPoint)
        : base(owner, connection, handler, remoteEndPoint)
    {
        _ = ReadAllAsync();
    }

    /// <inheritdoc/>
    public override bool ReadPaused
    {
        get => _paused;
        set
        {
            _paused = value;
            if (!value && _unread)
            {
                Raise(Look);
            }
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (IsClosed)
        {
            return;
        }

        if (Broken)
        {
            Release();
            return;
        }

        Lingers = true;
        _paused = false;
        Owner.Linger(this);
        BeginShutdown();
        Raise(Look);
    }

    /// <inheritdoc/>
    protected override void OnRaised(int what)
    {
        if (Gone || Broken)
        {
            return;
        }

        if (WriteError != SocketError.Success)
        {
            Break(WriteError);
            return;
        }

        if ((what & Sent) != 0)
        {
            OnSent();
        }

        _unread |= (what & Readable) != 0;
        if (_unread && !_paused && !Gone)
        {
            TakeChunk();
        }
    }

    private void TakeChunk()
    {
        _unread = false;
        if (_readError != SocketError.Success)
        {
            Break(_readError);
        }
        else if (_chunk is { } chunk)
        {
            _chunk = null;
            if (!Lingers)
            {
                Handler.OnBytes(chunk.AsSpan(0, _chunkLength));
            }

            ArrayPool<byte>.Shared.Return(chunk);
            _taken.Release();
        }
        else
        {
            Ended = true;
            if (!Lingers)
            {
                Handler.OnEnd();
            }
            else if (!Sending)
            {
                Release();
            }
        }
    }

    private void Break(SocketError error)
    {
        Broken = true;
        if (Lingers)
        {
            Release();
        }
        else
        {
            Handler.OnError(error);
        }
    }

    private async Task ReadAllAsync()
    {
        await Task.Yield();
        try
        {
            while (!Gone)
            {
                // Without a buffer until there is something to read.
                _ = await Connection.Stream.ReadAsync(Memory<byte>.Empty);
                var chunk = ArrayPool<byte>.Shared.Rent(Math.Min(16 * 1024, Owner.Options.ReceiveBufferSize));
                _chunkLength = await Connection.Stream.ReadAsync(chunk);
                if (_chunkLength == 0)
                {
                    ArrayPool<byte>.Shared.Return(chunk);
                    Raise(Readable);
                    return;
                }

                _chunk = chunk;
                Raise(Readable);
                await _taken.WaitAsync();
            }
        }
        catch (Exception exception) when (IsPeerFault(exception))
        {
            _readError = ErrorOf(exception);
            Raise(Readable);
        }
    }

    /// <inheritdoc/>
    protected override void OnReleased()
    {
        Connection.Dispose();
        _taken.Release();
    }
}
