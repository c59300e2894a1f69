using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Portico.Gateway.Transport.Tls;

/// <summary>
/// A client socket behind TLS. A task reads one record at a time and waits until the loop has taken it; between records it holds no
/// buffer. Writing encrypts on the loop and goes on in the background only when the kernel does not take it at once.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Every way to end it (Close, Abort, its transport's Dispose) leads to Release.")]
internal sealed class TlsSocket : PortableSocket
{
    private readonly TlsConnection _connection;
    private readonly SemaphoreSlim _taken = new(0);
    private byte[]? _chunk;
    private int _chunkLength;
    private SocketError _readError;
    private SocketError _writeError;
    private bool _unread;
    private bool _paused;
    private bool _ended;
    private bool _broken;
    private bool _sending;
    private bool _wantsRoom;
    private bool _shutdownDue;
    private bool _shutdownBegun;

    public TlsSocket(PortableSockets owner, TlsConnection connection, ITransportSocketHandler handler, IPEndPoint remoteEndPoint)
        : base(owner, connection.Socket, handler, remoteEndPoint)
    {
        _connection = connection;
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
    public override int Send(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed || _broken || _shutdownBegun || _writeError != SocketError.Success)
        {
            return bytes.Length;
        }

        var taken = 0;
        while (taken < bytes.Length && !_sending && _writeError == SocketError.Success)
        {
            var length = Math.Min(bytes.Length - taken, Owner.Options.SendPieceSize);
            var piece = ArrayPool<byte>.Shared.Rent(length);
            bytes.Slice(taken, length).CopyTo(piece);
            taken += length;
            _sending = !TryWrite(piece, length);
        }

        _wantsRoom = taken < bytes.Length;
        return _writeError == SocketError.Success ? taken : bytes.Length;
    }

    /// <inheritdoc/>
    public override void ShutdownSend()
    {
        if (!IsClosed && !_broken)
        {
            BeginShutdown();
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (IsClosed)
        {
            return;
        }

        if (_broken)
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
        if (Gone || _broken)
        {
            return;
        }

        if (_writeError != SocketError.Success)
        {
            Break(_writeError);
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
            _ended = true;
            if (!Lingers)
            {
                Handler.OnEnd();
            }
            else if (!_sending)
            {
                Release();
            }
        }
    }

    private void OnSent()
    {
        _sending = false;
        if (_shutdownDue)
        {
            BeginShutdown();
        }
        else if (Lingers && _ended)
        {
            Release();
        }
        else if (_wantsRoom && !Lingers)
        {
            _wantsRoom = false;
            Handler.OnWritable();
        }
    }

    private void Break(SocketError error)
    {
        _broken = true;
        if (Lingers)
        {
            Release();
        }
        else
        {
            Handler.OnError(error);
        }
    }

    private void BeginShutdown()
    {
        _shutdownDue = _sending;
        if (!_sending && !_shutdownBegun)
        {
            _shutdownBegun = true;
            _sending = true;
            _ = ShutdownAsync();
        }
    }

    private async Task ShutdownAsync()
    {
        try
        {
            await _connection.Stream.ShutdownAsync();
            _connection.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (IsPeerFault(exception))
        {
            // Reading will tell.
        }

        Raise(Sent);
    }

    /// <summary>True when the kernel took it at once or the socket is broken; else <see cref="PortableSocket.Sent"/> will be raised.</summary>
    private bool TryWrite(byte[] piece, int length)
    {
        try
        {
            var writing = _connection.Stream.WriteAsync(piece.AsMemory(0, length));
            if (writing.IsCompletedSuccessfully)
            {
                ArrayPool<byte>.Shared.Return(piece);
                return true;
            }

            _ = FinishWriteAsync(writing.AsTask(), piece);
            return false;
        }
        catch (Exception exception) when (IsPeerFault(exception))
        {
            _writeError = ErrorOf(exception);
            Raise(Failed);
            return true;
        }
    }

    private async Task FinishWriteAsync(Task writing, byte[] piece)
    {
        try
        {
            await writing;
            ArrayPool<byte>.Shared.Return(piece);
        }
        catch (Exception exception) when (IsPeerFault(exception))
        {
            _writeError = ErrorOf(exception);
        }

        Raise(Sent);
    }

    private async Task ReadAllAsync()
    {
        await Task.Yield();
        try
        {
            while (!Gone)
            {
                // Without a buffer until there is something to read.
                _ = await _connection.Stream.ReadAsync(Memory<byte>.Empty);
                var chunk = ArrayPool<byte>.Shared.Rent(Math.Min(16 * 1024, Owner.Options.ReceiveBufferSize));
                _chunkLength = await _connection.Stream.ReadAsync(chunk);
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
        _connection.Dispose();
        _taken.Release();
    }

    private static bool IsPeerFault(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or AuthenticationException or InvalidOperationException or Win32Exception;

    private static SocketError ErrorOf(Exception exception) =>
        (exception as SocketException ?? exception.InnerException as SocketException)?.SocketErrorCode ?? SocketError.ConnectionAborted;
}
