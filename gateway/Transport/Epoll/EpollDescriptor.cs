using System.Net;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>
/// The life of a socket's descriptor in its loop's epoll: what it is registered for, which changes only when an event shows that it must, so that
/// pausing and resuming between two events costs no system call; and how it is closed, so that its peer gets the last bytes.
/// </summary>
internal abstract unsafe class EpollDescriptor(
    EpollTransport owner, ITransportSocketHandler handler, IPEndPoint remoteEndPoint, int number, int slot, uint generation)
    : TransportSocket
{
    /// <inheritdoc/>
    public sealed override IPEndPoint RemoteEndPoint { get; } = remoteEndPoint;

    /// <summary>Tells this socket's events from those of an earlier one in the same slot.</summary>
    public uint Generation { get; } = generation;

    /// <summary>Who hears of it.</summary>
    public ITransportSocketHandler Handler { get; } = handler;

    /// <summary>For a closed socket that waits for its peer: the tick at which it is given up.</summary>
    public int LingersUntil { get; private set; }

    /// <summary>Closed, but still open for the peer to take the last bytes.</summary>
    public bool Lingers => (State & (EpollState.Closed | EpollState.Gone)) == EpollState.Closed;

    /// <inheritdoc/>
    public override bool IsClosed => Is(EpollState.Closed);

    /// <inheritdoc/>
    public override bool ReadPaused
    {
        get => Is(EpollState.Paused);
        set
        {
            Set(EpollState.Paused, value);
            if (!value && !Is(EpollState.Closed | EpollState.Ended | EpollState.Broken))
            {
                Want(Interest | LinuxNative.EpollIn);
            }
        }
    }

    /// <summary>Begins to read.</summary>
    public void Register()
    {
        State |= EpollState.Detached;
        Want(LinuxNative.EpollIn);
    }

    /// <inheritdoc/>
    public override void ShutdownSend()
    {
        if (!Is(EpollState.Closed | EpollState.Broken))
        {
            _ = LinuxNative.Shutdown(Number, LinuxNative.ShutdownWrite);
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (Is(EpollState.Closed))
        {
            return;
        }

        State |= EpollState.Closed;
        if (Is(EpollState.Ended | EpollState.Broken | EpollState.Detached))
        {
            Release();
            return;
        }

        // With unread bytes, or bytes still to come, a plain close would reset the connection and lose what the peer has not read yet.
        _ = LinuxNative.Shutdown(Number, LinuxNative.ShutdownWrite);
        LingersUntil = Owner.Linger();
        Want(LinuxNative.EpollIn);
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        if (Is(EpollState.Gone))
        {
            return;
        }

        var linger = stackalloc int[2] { 1, 0 };
        _ = LinuxNative.SetSocketOption(Number, LinuxNative.SolSocket, LinuxNative.SoLinger, linger, 8);
        Release();
    }

    /// <summary>The peer of a closed socket took too long, or the loop ends: the kernel delivers what it has, nobody waits.</summary>
    public void GiveUp()
    {
        if (!Is(EpollState.Gone))
        {
            Release();
        }
    }

    protected bool Is(EpollState any) => (State & any) != 0;

    private void Set(EpollState which, bool on) => State = on ? State | which : State & ~which;

    /// <summary>An event that must not be acted on now: it must not come again each turn either.</summary>
    protected void Quieten(uint bits)
    {
        if (Is(EpollState.Ended) && !Is(EpollState.Broken) && (bits & LinuxNative.EpollError) != 0)
        {
            Tell(TakeError());
        }
        else if ((bits & (LinuxNative.EpollError | LinuxNative.EpollHangup)) != 0)
        {
            // These two come whatever one asks for.
            _ = EventBuffer.Control(Owner.Epoll, LinuxNative.EpollDelete, Number, 0, 0);
            State |= EpollState.Detached;
        }
        else
        {
            Want(Interest & ~(uint)LinuxNative.EpollIn);
        }
    }

    protected void Tell(int errno)
    {
        State |= EpollState.Broken;
        Handler.OnError(LinuxErrors.ToSocketError(errno));
    }

    protected int TakeError()
    {
        int error;
        var length = sizeof(int);
        return LinuxNative.GetSocketOption(Number, LinuxNative.SolSocket, LinuxNative.SoError, &error, &length) == 0 && error != 0
            ? error
            : LinuxErrors.ConnectionReset;
    }

    protected void Want(uint interest)
    {
        if (interest == Interest && !Is(EpollState.Detached))
        {
            return;
        }

        var operation = Is(EpollState.Detached) ? LinuxNative.EpollAdd : LinuxNative.EpollModify;
        var errno = EventBuffer.Control(Owner.Epoll, operation, Number, interest, ((ulong)Generation << 32) | (uint)slot);
        if (errno != 0)
        {
            // No memory or no watch left: a socket that cannot be heard is of no use.
            State |= EpollState.Broken;
            Owner.TellLater(this, LinuxErrors.ToSocketError(errno));
            return;
        }

        State &= ~EpollState.Detached;
        Interest = interest;
    }

    protected void Release()
    {
        var lingered = Lingers;
        State |= EpollState.Closed | EpollState.Gone;

        // Closing also takes it out of epoll: nobody else holds this descriptor.
        _ = LinuxNative.Close(Number);
        Owner.Remove(slot, lingered && LingersUntil != 0);
    }

    protected static bool IsTransient(int errno) => errno is LinuxErrors.Again or LinuxErrors.Interrupted;

    /// <summary>Its loop's transport.</summary>
    protected EpollTransport Owner { get; } = owner;

    /// <summary>The descriptor.</summary>
    protected int Number { get; } = number;

    /// <summary>What it is registered for.</summary>
    protected uint Interest { get; private set; }

    /// <summary>Where it stands.</summary>
    protected EpollState State { get; set; }
}
