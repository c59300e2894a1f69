using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Portico.Gateway.Transport;

/// <summary>
/// A client socket over <c>System.Net.Sockets</c>. It waits for bytes with a receive of zero bytes, so it holds no buffer while idle;
/// what the kernel does not take at once it learns by an asynchronous send of one bounded piece.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Every way to end it (Close, Abort, its transport's Dispose) leads to Release.")]
internal sealed class PlainSocket : PortableSocket
{
    private readonly Socket _socket;
    private readonly SocketOperation _receive;
    private SocketOperation? _send;
    private byte[]? _piece;
    private SocketError _error;
    private bool _waiting;
    private bool _unread;
    private bool _paused;
    private bool _ended;
    private bool _sending;
    private bool _wantsRoom;
    private bool _shutdownDue;
    private bool _broken;

    public PlainSocket(PortableSockets owner, Socket socket, ITransportSocketHandler handler, IPEndPoint remoteEndPoint)
        : base(owner, socket, handler, remoteEndPoint)
    {
        _socket = socket;
        _socket.Blocking = false;
        _socket.NoDelay = true;
        _receive = new SocketOperation(this, Readable);
        _receive.SetBuffer(Array.Empty<byte>(), 0, 0);
        WaitForBytes();
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
            else if (!value)
            {
                WaitForBytes();
            }
        }
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed || _error != SocketError.Success)
        {
            return bytes.Length;
        }

        if (_sending)
        {
            _wantsRoom = true;
            return 0;
        }

        var taken = _socket.Send(bytes, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            _error = error;
            Raise(Failed);
            return bytes.Length;
        }

        taken = error == SocketError.WouldBlock ? 0 : taken;
        if (taken < bytes.Length)
        {
            taken += SendPiece(bytes[taken..]);
            _wantsRoom = taken < bytes.Length;
        }

        return taken;
    }

    /// <inheritdoc/>
    public override void ShutdownSend()
    {
        if (IsClosed)
        {
            return;
        }

        Shutdown();
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (IsClosed)
        {
            return;
        }

        if (_broken || (_ended && !_sending))
        {
            Release();
            return;
        }

        Lingers = true;
        _paused = false;
        Owner.Linger(this);
        Shutdown();
        Raise(Look);
    }

    /// <inheritdoc/>
    protected override void OnRaised(int what)
    {
        if (Gone || _broken)
        {
            return;
        }

        if ((what & Failed) != 0)
        {
            Break(_error);
            return;
        }

        if ((what & Sent) != 0)
        {
            OnSent();
        }

        if ((what & Readable) != 0)
        {
            _waiting = false;
        }

        if ((what & (Readable | Look)) != 0 && !_waiting && !Gone && !_broken)
        {
            _unread = true;
            if (!_paused)
            {
                Read();
            }
        }
    }

    private void Read()
    {
        _unread = false;
        if (_ended)
        {
            return;
        }

        var buffer = Owner.ReceiveBuffer;
        var error = _receive.SocketError;
        var count = error == SocketError.Success ? _socket.Receive(buffer, SocketFlags.None, out error) : 0;
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            Break(error);
            return;
        }

        if (error == SocketError.Success && count == 0)
        {
            End();
            return;
        }

        if (error == SocketError.Success && !Lingers)
        {
            Handler.OnBytes(buffer.AsSpan(0, count));
        }

        // After a full buffer there is likely more: its turn comes after the others'.
        if (Gone)
        {
            return;
        }

        if (error == SocketError.Success && count == buffer.Length)
        {
            _unread = true;
            Raise(Look);
        }
        else
        {
            WaitForBytes();
        }
    }

    private void WaitForBytes()
    {
        if (_waiting || _unread || _paused || _ended || Gone || _error != SocketError.Success)
        {
            return;
        }

        _waiting = true;
        if (!_socket.ReceiveAsync(_receive))
        {
            Raise(Readable);
        }
    }

    private void End()
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

    private void Break(SocketError error)
    {
        _error = error;
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

    private int SendPiece(ReadOnlySpan<byte> bytes)
    {
        var length = Math.Min(bytes.Length, Owner.Options.SendPieceSize);
        _piece = ArrayPool<byte>.Shared.Rent(length);
        bytes[..length].CopyTo(_piece);
        _send ??= new SocketOperation(this, Sent);
        _send.SetBuffer(_piece, 0, length);
        _sending = true;
        if (!_socket.SendAsync(_send))
        {
            Raise(Sent);
        }

        return length;
    }

    private void OnSent()
    {
        var error = _send!.SocketError;
        _sending = false;
        ArrayPool<byte>.Shared.Return(_piece!);
        _piece = null;
        if (error != SocketError.Success)
        {
            Break(error);
            return;
        }

        if (_shutdownDue)
        {
            Shutdown();
        }

        if (Lingers && _ended)
        {
            Release();
        }
        else if (_wantsRoom && !Lingers)
        {
            _wantsRoom = false;
            Handler.OnWritable();
        }
    }

    private void Shutdown()
    {
        _shutdownDue = _sending;
        if (_sending)
        {
            return;
        }

        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer reset it meanwhile: reading will tell.
        }
    }

    /// <inheritdoc/>
    protected override void OnReleased()
    {
        _receive.Dispose();
        _send?.Dispose();
    }
}
