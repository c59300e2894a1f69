using System.Buffers;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Portico.Gateway.Transport.Tls;

/// <summary>
/// The sending half of a client socket behind TLS: encrypts on the loop and goes on in the background only when the kernel does not take it at once.
/// </summary>
internal abstract class TlsSender(PortableSockets owner, TlsConnection connection, ITransportSocketHandler handler, IPEndPoint remoteEndPoint)
    : PortableSocket(owner, connection.Socket, handler, remoteEndPoint)
{
    private bool _wantsRoom;
    private bool _shutdownDue;
    private bool _shutdownBegun;

    /// <summary>The stream and its socket.</summary>
    protected TlsConnection Connection { get; } = connection;

    /// <summary>Something is on its way.</summary>
    protected bool Sending { get; private set; }

    /// <summary>What broke the sending half.</summary>
    protected SocketError WriteError { get; private set; }

    /// <summary>The peer has sent its last byte.</summary>
    protected bool Ended { get; set; }

    /// <summary>Nothing works any more.</summary>
    protected bool Broken { get; set; }

    /// <inheritdoc/>
    public sealed override int Send(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed || Broken || _shutdownBegun || WriteError != SocketError.Success)
        {
            return bytes.Length;
        }

        var taken = 0;
        while (taken < bytes.Length && !Sending && WriteError == SocketError.Success)
        {
            var length = Math.Min(bytes.Length - taken, Owner.Options.SendPieceSize);
            var piece = ArrayPool<byte>.Shared.Rent(length);
            bytes.Slice(taken, length).CopyTo(piece);
            taken += length;
            Sending = !TryWrite(piece, length);
        }

        _wantsRoom = taken < bytes.Length;
        return WriteError == SocketError.Success ? taken : bytes.Length;
    }

    /// <inheritdoc/>
    public sealed override void ShutdownSend()
    {
        if (!IsClosed && !Broken)
        {
            BeginShutdown();
        }
    }

    /// <summary>What was on its way is with the kernel, or lost.</summary>
    protected void OnSent()
    {
        Sending = false;
        if (_shutdownDue)
        {
            BeginShutdown();
        }
        else if (Lingers && Ended)
        {
            Release();
        }
        else if (_wantsRoom && !Lingers)
        {
            _wantsRoom = false;
            Handler.OnWritable();
        }
    }

    /// <summary>The closing alert and FIN, when nothing is being sent any more.</summary>
    protected void BeginShutdown()
    {
        _shutdownDue = Sending;
        if (!Sending && !_shutdownBegun)
        {
            _shutdownBegun = true;
            Sending = true;
            _ = ShutdownAsync();
        }
    }

    private async Task ShutdownAsync()
    {
        try
        {
            await Connection.Stream.ShutdownAsync();
            Connection.Socket.Shutdown(SocketShutdown.Send);
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
            var writing = Connection.Stream.WriteAsync(piece.AsMemory(0, length));
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
            WriteError = ErrorOf(exception);
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
            WriteError = ErrorOf(exception);
        }

        Raise(Sent);
    }

    protected static bool IsPeerFault(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or AuthenticationException or InvalidOperationException or Win32Exception;

    protected static SocketError ErrorOf(Exception exception) =>
        (exception as SocketException ?? exception.InnerException as SocketException)?.SocketErrorCode ?? SocketError.ConnectionAborted;
}
