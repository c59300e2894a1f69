using System.Net;
using System.Runtime.InteropServices;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>
/// A client socket on epoll, level triggered: one read per turn and socket, so that nobody waits long, and no second read to learn that
/// there is nothing more.
/// </summary>
internal sealed unsafe class EpollSocket(
    EpollTransport owner, ITransportSocketHandler handler, IPEndPoint remoteEndPoint, int number, int slot, uint generation)
    : EpollDescriptor(owner, handler, remoteEndPoint, number, slot, generation)
{
    /// <summary>Up to so many bytes are sent without telling the garbage collector; copying them takes a few microseconds.</summary>
    public const int ShortSend = 16 * 1024;

    /// <summary>The kernel has something to say.</summary>
    public void OnReady(uint bits)
    {
        if ((bits & LinuxNative.EpollOut) != 0 && !Is(EpollState.Broken | EpollState.Closed))
        {
            State &= ~EpollState.WriteBlocked;
            Handler.OnWritable();
            if (!Is(EpollState.WriteBlocked | EpollState.Gone))
            {
                Want(Interest & ~(uint)LinuxNative.EpollOut);
            }
        }

        if ((bits & ~(uint)LinuxNative.EpollOut) == 0 || Is(EpollState.Gone))
        {
            return;
        }

        if (!Is(EpollState.Paused | EpollState.Ended | EpollState.Broken) || Is(EpollState.Closed))
        {
            Read(bits);
        }
        else
        {
            Quieten(bits);
        }
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes)
    {
        if (Is(EpollState.WriteBlocked | EpollState.Broken | EpollState.Closed))
        {
            return Is(EpollState.Broken | EpollState.Closed) ? bytes.Length : 0;
        }

        nint taken;
        fixed (byte* start = bytes)
        {
            taken = bytes.Length <= ShortSend
                ? LinuxNative.SendShort(Number, start, bytes.Length, LinuxNative.MessageNoSignal)
                : LinuxNative.SendLong(Number, start, bytes.Length, LinuxNative.MessageNoSignal);
        }

        if (taken == bytes.Length)
        {
            return bytes.Length;
        }

        var errno = bytes.Length <= ShortSend ? Marshal.GetLastSystemError() : Marshal.GetLastPInvokeError();
        return TakenLess((int)taken, errno) ? bytes.Length : Math.Max((int)taken, 0);
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        var total = 0;
        while (pieces.Length > 0)
        {
            var batch = pieces[..Math.Min(pieces.Length, VectoredSend.Most)];
            var length = VectoredSend.LengthOf(batch);
            var taken = batch.Length == 1 ? Send(batch[0].Span) : SendBatch(batch, length);
            total += taken;
            if (taken < length)
            {
                break;
            }

            pieces = pieces[batch.Length..];
        }

        return total;
    }

    private void Read(uint bits)
    {
        var count = LinuxNative.Receive(Number, Owner.ReceiveStart, Owner.ReceiveLength, 0);
        if (Is(EpollState.Closed))
        {
            if (count == 0 || (count < 0 && !IsTransient(Marshal.GetLastSystemError())))
            {
                Release();
            }
        }
        else if (count > 0)
        {
            Handler.OnBytes(new Span<byte>(Owner.ReceiveStart, (int)count));
        }
        else if (count == 0)
        {
            State |= EpollState.Ended;
            Want(Interest & ~(uint)LinuxNative.EpollIn);
            Handler.OnEnd();
        }
        else
        {
            var errno = Marshal.GetLastSystemError();
            if (!IsTransient(errno))
            {
                Tell(errno);
            }
            else if ((bits & LinuxNative.EpollError) != 0)
            {
                Tell(TakeError());
            }
        }
    }

    private int SendBatch(ReadOnlySpan<ReadOnlyMemory<byte>> batch, int length)
    {
        if (Is(EpollState.WriteBlocked | EpollState.Broken | EpollState.Closed))
        {
            return Is(EpollState.Broken | EpollState.Closed) ? length : 0;
        }

        var taken = Owner.Vectors.Send(Number, batch, out var errno);
        return taken == length || TakenLess(taken, errno) ? length : Math.Max(taken, 0);
    }

    /// <summary>The kernel took less than it was given. True when the socket is broken and there is no point in keeping the rest.</summary>
    private bool TakenLess(int taken, int errno)
    {
        if (taken < 0 && !IsTransient(errno))
        {
            State |= EpollState.Broken;
            Owner.TellLater(this, LinuxErrors.ToSocketError(errno));
            return true;
        }

        State |= EpollState.WriteBlocked;
        Want(Interest | LinuxNative.EpollOut);
        return false;
    }
}
