using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>
/// A listening socket that every loop waits for exclusively: the kernel wakes one of them, which takes what has come and gives each
/// socket to the loop with the fewest connections.
/// </summary>
internal sealed unsafe class EpollListener : ClientListener
{
    private const int AcceptsPerTurn = 64;
    private const int AddressSize = 28;

    private readonly EpollTransport[] _transports;
    private readonly AcceptTrouble _trouble;
    private readonly TransportOptions _limits;
    private volatile bool _paused;
    private volatile bool _stopped;

    /// <summary>Binds and begins to accept.</summary>
    public EpollListener(ListenerOptions options, TransportOptions limits, IReadOnlyList<EventLoop> loops, ITransportListenerHandler handler, ILogger logger)
        : base(options, loops, handler, new HandlerFaults(logger))
    {
        Socket.Blocking = false;
        _limits = limits;
        _trouble = new AcceptTrouble(EndPoint, logger);
        _transports = [.. loops.Select(loop => (EpollTransport)loop.Transport)];
    }

    /// <summary>How <see cref="Accept"/> ended.</summary>
    public enum Outcome
    {
        /// <summary>More may wait; the next turn sees.</summary>
        GoOn,

        /// <summary>No descriptor or memory left: rest.</summary>
        Exhausted,
    }

    /// <inheritdoc/>
    public override bool Paused
    {
        get => _paused;
        set
        {
            _paused = value;
            Tell();
        }
    }

    /// <summary>Disposed: the loops let go of it.</summary>
    public bool Stopped => _stopped;

    /// <summary>The descriptor; the loops hold a reference while they wait for it.</summary>
    public SafeHandle Handle => Socket.SafeHandle;

    /// <summary>Begins to accept, on all loops.</summary>
    public void Start() => Array.ForEach(_transports, transport => transport.Listen(this));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stopped = true;
        Tell();
        Socket.Dispose();
    }

    /// <summary>Takes some of what waits. On any of the loops.</summary>
    public Outcome Accept(int descriptor)
    {
        var address = stackalloc byte[AddressSize];
        if (_trouble.IsOn && !_limits.HasRoom())
        {
            return Outcome.Exhausted;
        }

        for (var i = 0; i < AcceptsPerTurn && !_paused && !_stopped; i++)
        {
            var length = AddressSize;
            var accepted = LinuxNative.Accept(descriptor, address, &length, LinuxNative.NonBlocking | LinuxNative.CloseOnExec);
            if (accepted >= 0)
            {
                var hasMore = _limits.LeavesRoom(accepted);
                Offer(new Descriptor(accepted), ReadAddress(new ReadOnlySpan<byte>(address, length)));
                if (!hasMore)
                {
                    _trouble.Begin(AcceptTrouble.NoDescriptor);
                    return Outcome.Exhausted;
                }

                _trouble.End();
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case LinuxErrors.Again:
                    return Outcome.GoOn;
                case LinuxErrors.ProcessDescriptors or LinuxErrors.SystemDescriptors or LinuxErrors.NoBuffers or LinuxErrors.NoMemory:
                    _trouble.Begin(Marshal.GetLastPInvokeErrorMessage());
                    return Outcome.Exhausted;
                default:
                    // Errors of the one connection that waited (it gave up, its network is gone): take the next.
                    break;
            }
        }

        return Outcome.GoOn;
    }

    private static IPEndPoint ReadAddress(ReadOnlySpan<byte> address)
    {
        var family = MemoryMarshal.Read<ushort>(address);
        var port = (address[2] << 8) | address[3];
        return family == 2
            ? new IPEndPoint(new IPAddress(address.Slice(4, 4)), port)
            : new IPEndPoint(new IPAddress(address.Slice(8, 16), MemoryMarshal.Read<uint>(address[24..])), port);
    }

    private void Tell() => Array.ForEach(_transports, transport => transport.ReviewListeners());
}
