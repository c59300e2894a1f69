using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Portico.Gateway.Transport;

/// <summary>
/// The sending half of a plain socket: what the kernel does not take at once it learns by an asynchronous send of one bounded piece.
/// </summary>
internal abstract class PlainSender(PortableSockets owner, Socket socket, ITransportSocketHandler handler, IPEndPoint remoteEndPoint)
    : PortableSocket(owner, socket, handler, remoteEndPoint)
{
    private SocketOperation? _send;
    private byte[]? _piece;
    private bool _wantsRoom;
    private bool _shutdownDue;

    /// <summary>The socket.</summary>
    protected Socket Socket { get; } = socket;

    /// <summary>A piece is on its way.</summary>
    protected bool Sending { get; private set; }

    /// <summary>The peer has sent its last byte.</summary>
    protected bool Ended { get; set; }

    /// <summary>What broke it.</summary>
    protected SocketError Error { get; set; }

    /// <inheritdoc/>
    public sealed override int Send(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed || Error != SocketError.Success)
        {
            return bytes.Length;
        }

        if (Sending)
        {
            _wantsRoom = true;
            return 0;
        }

        var taken = Socket.Send(bytes, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            Error = error;
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
    public sealed override void ShutdownSend()
    {
        if (IsClosed)
        {
            return;
        }

        Shutdown();
    }

    private int SendPiece(ReadOnlySpan<byte> bytes)
    {
        var length = Math.Min(bytes.Length, Owner.Options.SendPieceSize);
        _piece = ArrayPool<byte>.Shared.Rent(length);
        bytes[..length].CopyTo(_piece);
        _send ??= new SocketOperation(this, Sent);
        _send.SetBuffer(_piece, 0, length);
        Sending = true;
        if (!Socket.SendAsync(_send))
        {
            Raise(Sent);
        }

        return length;
    }

    /// <summary>The piece is with the kernel, or lost.</summary>
    protected void OnSent()
    {
        var error = _send!.SocketError;
        Sending = false;
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

        if (Lingers && Ended)
        {
            Release();
        }
        else if (_wantsRoom && !Lingers)
        {
            _wantsRoom = false;
            Handler.OnWritable();
        }
    }

    /// <summary>FIN, when nothing is being sent any more.</summary>
    protected void Shutdown()
    {
        _shutdownDue = Sending;
        if (Sending)
        {
            return;
        }

        try
        {
            Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer reset it meanwhile: reading will tell.
        }
    }

    /// <summary>It is broken: whoever uses it is told, unless it is closed already.</summary>
    protected abstract void Break(SocketError error);

    /// <inheritdoc/>
    protected override void OnReleased() => _send?.Dispose();
}
