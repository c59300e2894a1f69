using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>
/// The transport of Linux: one epoll per loop, its sockets in one dense array. An event carries slot and generation, so that one that
/// was fetched before its socket was closed cannot reach the next socket with the same descriptor. TLS sockets are portable ones beside it.
/// </summary>
internal sealed unsafe class EpollTransport : IClientTransport
{
    private const uint WakeSlot = uint.MaxValue;
    private const uint ListenerBit = 0x8000_0000;
    private const int EventsPerTurn = 1024;

    private readonly TransportOptions _options;
    private readonly HandlerFaults _faults;
    private readonly PortableSockets _portable;
    private readonly WakeDescriptor _wake = new();
    private readonly EventBuffer _events = new(EventsPerTurn);
    private readonly EpollListeners _listeners;
    private readonly UntoldErrors _untold;
    private EpollSocket?[] _sockets = new EpollSocket?[256];
    private int[] _freeSlots = new int[256];
    private int _freeCount;
    private int _usedSlots;
    private int _lingering;
    private uint _generation;
    private int _ready;
    private int _ticks;
    private int _count;

    /// <summary>Creates it without any socket.</summary>
    public EpollTransport(TransportOptions options, HandlerFaults faults)
    {
        _options = options;
        _faults = faults;
        _untold = new UntoldErrors(faults);
        Epoll = LinuxNative.EpollCreate(LinuxNative.CloseOnExec);
        if (Epoll < 0)
        {
            throw new SocketException(Marshal.GetLastPInvokeError());
        }

        _portable = new PortableSockets(options, faults, Wake);
        ReceiveStart = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_portable.ReceiveBuffer));
        ReceiveLength = _portable.ReceiveBuffer.Length;
        _listeners = new EpollListeners(Epoll, ListenerBit, (long)options.AcceptRetryTime.TotalMilliseconds);

        // Edge triggered, so that nobody has to read the counter back.
        _ = EventBuffer.Control(Epoll, LinuxNative.EpollAdd, _wake.Number, LinuxNative.EpollIn | LinuxNative.EpollEdge, WakeSlot);
    }

    /// <inheritdoc/>
    public int SocketCount => Volatile.Read(ref _count) + _portable.Count;

    /// <inheritdoc/>
    public int LingeringCount => Volatile.Read(ref _lingering) + _portable.LingeringCount;

    /// <summary>The epoll descriptor.</summary>
    public int Epoll { get; }

    /// <summary>The loop's only receive buffer, in pinned memory.</summary>
    public byte* ReceiveStart { get; }

    /// <summary>Its size.</summary>
    public int ReceiveLength { get; }

    /// <summary>The loop's scratch for sends of several pieces.</summary>
    public VectoredSend Vectors { get; } = new();

    /// <inheritdoc/>
    public bool Wait(int timeoutMilliseconds)
    {
        var atOnce = timeoutMilliseconds == 0 || _untold.Any || !_portable.Ready.IsEmpty;
        _ready = atOnce
            ? LinuxNative.EpollPeek(Epoll, _events.Start, _events.Capacity, 0)
            : LinuxNative.EpollWait(Epoll, _events.Start, _events.Capacity, timeoutMilliseconds);
        if (_ready < 0)
        {
            var errno = atOnce ? Marshal.GetLastSystemError() : Marshal.GetLastPInvokeError();
            _ready = 0;
            if (errno != LinuxErrors.Interrupted)
            {
                throw new SocketException(errno);
            }
        }

        return _ready > 0 || _untold.Any || !_portable.Ready.IsEmpty;
    }

    /// <inheritdoc/>
    public void Dispatch()
    {
        _untold.Tell();
        for (var i = 0; i < _ready; i++)
        {
            var data = _events.Data(i);
            var slot = (uint)data;
            if (slot < ListenerBit)
            {
                var socket = _sockets[slot];
                if (socket is not null && socket.Generation == (uint)(data >> 32))
                {
                    Ready(socket, _events.Bits(i));
                }
            }
            else if (slot != WakeSlot)
            {
                _listeners.OnReady(slot);
            }
        }

        _ready = 0;
        _listeners.Review();
        _portable.Dispatch();
    }

    /// <inheritdoc/>
    public void Wake() => _wake.Write();

    /// <inheritdoc/>
    public TransportSocket Adopt(AcceptedSocket accepted, ITransportSocketHandler handler)
    {
        if (accepted.Handle is not Descriptor descriptor)
        {
            return _portable.Adopt(accepted, handler);
        }

        var slot = _freeCount > 0 ? _freeSlots[--_freeCount] : _usedSlots++;
        if (slot == _sockets.Length)
        {
            Array.Resize(ref _sockets, slot * 2);
            Array.Resize(ref _freeSlots, slot * 2);
        }

        var socket = new EpollSocket(this, handler, accepted.RemoteEndPoint, descriptor.Take(), slot, ++_generation);
        _sockets[slot] = socket;
        Volatile.Write(ref _count, _count + 1);
        accepted.Settle();
        socket.Register();
        return socket;
    }

    /// <inheritdoc/>
    public void OnTick(long now)
    {
        _ticks++;
        _listeners.OnTick(now);
        _portable.OnTick(now);
        if (_lingering > 0)
        {
            foreach (var socket in _sockets.AsSpan(0, _usedSlots))
            {
                if (socket is { Lingers: true } && socket.LingersUntil - _ticks <= 0)
                {
                    socket.GiveUp();
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listeners.Dispose();
        foreach (var socket in _sockets)
        {
            if (socket is { Lingers: true })
            {
                socket.GiveUp();
            }
            else
            {
                socket?.Abort();
            }
        }

        _portable.Dispose();
        _wake.Dispose();
        _ = LinuxNative.Close(Epoll);
        _events.Dispose();
    }

    /// <summary>Any thread: accept from <paramref name="listener"/> from now on, until it is disposed.</summary>
    public void Listen(EpollListener listener)
    {
        _listeners.Add(listener);
        Wake();
    }

    /// <summary>Any thread: a listener was paused, resumed or disposed.</summary>
    public void ReviewListeners()
    {
        _listeners.Changed();
        Wake();
    }

    /// <summary>An error met while sending is told in the next turn, never from within the call.</summary>
    public void TellLater(EpollDescriptor socket, SocketError error) => _untold.Add(socket, error);

    /// <summary>A socket was closed and waits for its peer.</summary>
    /// <returns>The tick at which it is given up.</returns>
    public int Linger()
    {
        _lingering++;
        Volatile.Write(ref _count, _count - 1);

        // A tick may be due just now, hence one more; and 0 means that it does not linger.
        var until = _ticks + (int)(_options.LingerTime.TotalMilliseconds / 250) + 2;
        return until == 0 ? 1 : until;
    }

    /// <summary>A socket is gone for good.</summary>
    public void Remove(int slot, bool lingered)
    {
        _sockets[slot] = null;
        _freeSlots[_freeCount++] = slot;
        if (lingered)
        {
            _lingering--;
        }
        else
        {
            Volatile.Write(ref _count, _count - 1);
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031:Do not catch general exception types",
        Justification = "Event loop border: the socket whose handler threw is closed and the fault logged, others go on.")]
    private void Ready(EpollSocket socket, uint bits)
    {
        try
        {
            socket.OnReady(bits);
        }
        catch (Exception exception)
        {
            _faults.Contain(socket, socket.Handler, exception);
        }
    }
}
