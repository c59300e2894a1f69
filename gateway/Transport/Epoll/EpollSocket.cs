using System.Net;
using System.Runtime.InteropServices;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>
/// A client socket on epoll, level triggered: one read per turn and socket, so that nobody waits long, and no second read to learn that
/// there is nothing more. What it is registered for changes only when an event shows that it must, so pausing and resuming between two
/// events costs no system call.
/// </summary>
internal sealed unsafe class EpollSocket : TransportSocket
{
    /// <summary>Up to so many bytes are sent without telling the garbage collector; copying them takes a few microseconds.</summary>
    public const int ShortSend = 16 * 1024;

    private readonly EpollTransport _owner;
    private readonly ITransportSocketHandler _handler;
    private readonly int _descriptor;
    private readonly int _slot;
    private uint _interest;
    private State _state;

    /// <summary>Creates it for a slot of its loop; <see cref="Register"/> makes it live.</summary>
    public EpollSocket(EpollTransport owner, ITransportSocketHandler handler, IPEndPoint remoteEndPoint, int descriptor, int slot, uint generation)
    {
        _owner = owner;
        _handler = handler;
        RemoteEndPoint = remoteEndPoint;
        _descriptor = descriptor;
        _slot = slot;
        Generation = generation;
    }

    [Flags]
    private enum State : ushort
    {
        None = 0,
        Paused = 1,
        WriteBlocked = 2,
        Ended = 4,
        Broken = 8,
        Detached = 16,
        Closed = 32,
        Gone = 64,
    }

    /// <inheritdoc/>
    public override IPEndPoint RemoteEndPoint { get; }

    /// <summary>Tells this socket's events from those of an earlier one in the same slot.</summary>
    public uint Generation { get; }

    /// <summary>Who hears of it.</summary>
    public ITransportSocketHandler Handler => _handler;

    /// <summary>For a closed socket that waits for its peer: the tick at which it is given up.</summary>
    public int LingersUntil { get; private set; }

    /// <summary>Closed, but still open for the peer to take the last bytes.</summary>
    public bool Lingers => (_state & (State.Closed | State.Gone)) == State.Closed;

    /// <inheritdoc/>
    public override bool IsClosed => Is(State.Closed);

    /// <inheritdoc/>
    public override bool ReadPaused
    {
        get => Is(State.Paused);
        set
        {
            Set(State.Paused, value);
            if (!value && !Is(State.Closed | State.Ended | State.Broken))
            {
                Want(_interest | LinuxNative.EpollIn);
            }
        }
    }

    /// <summary>Begins to read.</summary>
    public void Register()
    {
        _state |= State.Detached;
        Want(LinuxNative.EpollIn);
    }

    /// <summary>The kernel has something to say.</summary>
    public void OnReady(uint bits)
    {
        if ((bits & LinuxNative.EpollOut) != 0 && !Is(State.Broken | State.Closed))
        {
            _state &= ~State.WriteBlocked;
            _handler.OnWritable();
            if (!Is(State.WriteBlocked | State.Gone))
            {
                Want(_interest & ~(uint)LinuxNative.EpollOut);
            }
        }

        if ((bits & ~(uint)LinuxNative.EpollOut) == 0 || Is(State.Gone))
        {
            return;
        }

        if (!Is(State.Paused | State.Ended | State.Broken) || Is(State.Closed))
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
        if (Is(State.WriteBlocked | State.Broken | State.Closed))
        {
            return Is(State.Broken | State.Closed) ? bytes.Length : 0;
        }

        nint taken;
        fixed (byte* start = bytes)
        {
            taken = bytes.Length <= ShortSend
                ? LinuxNative.SendShort(_descriptor, start, bytes.Length, LinuxNative.MessageNoSignal)
                : LinuxNative.SendLong(_descriptor, start, bytes.Length, LinuxNative.MessageNoSignal);
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

    /// <inheritdoc/>
    public override void ShutdownSend()
    {
        if (!Is(State.Closed | State.Broken))
        {
            _ = LinuxNative.Shutdown(_descriptor, LinuxNative.ShutdownWrite);
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (Is(State.Closed))
        {
            return;
        }

        _state |= State.Closed;
        if (Is(State.Ended | State.Broken | State.Detached))
        {
            Release();
            return;
        }

        // With unread bytes, or bytes still to come, a plain close would reset the connection and lose what the peer has not read yet.
        _ = LinuxNative.Shutdown(_descriptor, LinuxNative.ShutdownWrite);
        LingersUntil = _owner.Linger();
        Want(LinuxNative.EpollIn);
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        if (Is(State.Gone))
        {
            return;
        }

        var linger = stackalloc int[2] { 1, 0 };
        _ = LinuxNative.SetSocketOption(_descriptor, LinuxNative.SolSocket, LinuxNative.SoLinger, linger, 8);
        Release();
    }

    /// <summary>The peer of a closed socket took too long, or the loop ends: the kernel delivers what it has, nobody waits.</summary>
    public void GiveUp()
    {
        if (!Is(State.Gone))
        {
            Release();
        }
    }

    private bool Is(State any) => (_state & any) != 0;

    private void Set(State which, bool on) => _state = on ? _state | which : _state & ~which;

    private void Read(uint bits)
    {
        var count = LinuxNative.Receive(_descriptor, _owner.ReceiveStart, _owner.ReceiveLength, 0);
        if (Is(State.Closed))
        {
            if (count == 0 || (count < 0 && !IsTransient(Marshal.GetLastSystemError())))
            {
                Release();
            }
        }
        else if (count > 0)
        {
            _handler.OnBytes(new Span<byte>(_owner.ReceiveStart, (int)count));
        }
        else if (count == 0)
        {
            _state |= State.Ended;
            Want(_interest & ~(uint)LinuxNative.EpollIn);
            _handler.OnEnd();
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

    /// <summary>An event that must not be acted on now: it must not come again each turn either.</summary>
    private void Quieten(uint bits)
    {
        if (Is(State.Ended) && !Is(State.Broken) && (bits & LinuxNative.EpollError) != 0)
        {
            Tell(TakeError());
        }
        else if ((bits & (LinuxNative.EpollError | LinuxNative.EpollHangup)) != 0)
        {
            // These two come whatever one asks for.
            _ = EventBuffer.Control(_owner.Epoll, LinuxNative.EpollDelete, _descriptor, 0, 0);
            _state |= State.Detached;
        }
        else
        {
            Want(_interest & ~(uint)LinuxNative.EpollIn);
        }
    }

    private int SendBatch(ReadOnlySpan<ReadOnlyMemory<byte>> batch, int length)
    {
        if (Is(State.WriteBlocked | State.Broken | State.Closed))
        {
            return Is(State.Broken | State.Closed) ? length : 0;
        }

        var taken = _owner.Vectors.Send(_descriptor, batch, out var errno);
        return taken == length || TakenLess(taken, errno) ? length : Math.Max(taken, 0);
    }

    /// <summary>The kernel took less than it was given. True when the socket is broken and there is no point in keeping the rest.</summary>
    private bool TakenLess(int taken, int errno)
    {
        if (taken < 0 && !IsTransient(errno))
        {
            _state |= State.Broken;
            _owner.TellLater(this, LinuxErrors.ToSocketError(errno));
            return true;
        }

        _state |= State.WriteBlocked;
        Want(_interest | LinuxNative.EpollOut);
        return false;
    }

    private void Tell(int errno)
    {
        _state |= State.Broken;
        _handler.OnError(LinuxErrors.ToSocketError(errno));
    }

    private int TakeError()
    {
        int error;
        var length = sizeof(int);
        return LinuxNative.GetSocketOption(_descriptor, LinuxNative.SolSocket, LinuxNative.SoError, &error, &length) == 0 && error != 0
            ? error
            : LinuxErrors.ConnectionReset;
    }

    private void Want(uint interest)
    {
        if (interest == _interest && !Is(State.Detached))
        {
            return;
        }

        var operation = Is(State.Detached) ? LinuxNative.EpollAdd : LinuxNative.EpollModify;
        var errno = EventBuffer.Control(_owner.Epoll, operation, _descriptor, interest, ((ulong)Generation << 32) | (uint)_slot);
        if (errno != 0)
        {
            // No memory or no watch left: a socket that cannot be heard is of no use.
            _state |= State.Broken;
            _owner.TellLater(this, LinuxErrors.ToSocketError(errno));
            return;
        }

        _state &= ~State.Detached;
        _interest = interest;
    }

    private void Release()
    {
        var lingered = Lingers;
        _state |= State.Closed | State.Gone;

        // Closing also takes it out of epoll: nobody else holds this descriptor.
        _ = LinuxNative.Close(_descriptor);
        _owner.Remove(_slot, lingered && LingersUntil != 0);
    }

    private static bool IsTransient(int errno) => errno is LinuxErrors.Again or LinuxErrors.Interrupted;
}
