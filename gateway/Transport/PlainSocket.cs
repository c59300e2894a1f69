using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Portico.Gateway.Transport;

/// <summary>
/// A client socket over <c>System.Net.Sockets</c>. It waits for bytes with a receive of zero bytes, so it holds no buffer while idle.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Every way to end it (Close, Abort, its transport's Dispose) leads to Release.")]
internal sealed class PlainSocket : PlainSender
{
    private readonly SocketOperation _receive;
    private bool _waiting;
    private bool _unread;
    private bool _paused;
    private bool _broken;

    public PlainSocket(PortableSockets owner, Socket socket, ITransportSocketHandler handler, IPEndPoint remoteEndPoint)
        : base(owner, socket, handler, remoteEndPoint)
    {
        Socket.Blocking = false;
        Socket.NoDelay = true;
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
    public override void Close()
    {
        if (IsClosed)
        {
            return;
        }

        if (_broken || (Ended && !Sending))
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
            Break(Error);
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
        if (Ended)
        {
            return;
        }

        var buffer = Owner.ReceiveBuffer;
        var error = _receive.SocketError;
        var count = error == SocketError.Success ? Socket.Receive(buffer, SocketFlags.None, out error) : 0;
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
        if (_waiting || _unread || _paused || Ended || Gone || Error != SocketError.Success)
        {
            return;
        }

        _waiting = true;
        if (!Socket.ReceiveAsync(_receive))
        {
            Raise(Readable);
        }
    }

    private void End()
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

    /// <inheritdoc/>
    protected override void Break(SocketError error)
    {
        Error = error;
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

    /// <inheritdoc/>
    protected override void OnReleased()
    {
        _receive.Dispose();
        base.OnReleased();
    }
}
