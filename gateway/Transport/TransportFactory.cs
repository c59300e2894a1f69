using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Portico.Gateway.Transport.Epoll;

namespace Portico.Gateway.Transport;

/// <summary>Makes loops and listeners of one kind of transport.</summary>
internal sealed class TransportFactory
{
    private readonly TransportOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <summary>Settles which transport it is; see <see cref="IsSupported"/> for what throws.</summary>
    public TransportFactory(TransportKind kind, TransportOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        if (!IsSupported(kind))
        {
            throw new PlatformNotSupportedException($"The {kind} transport does not exist on this platform.");
        }

        Kind = kind != TransportKind.Auto ? kind : IsSupported(TransportKind.Epoll) ? TransportKind.Epoll : TransportKind.Sockets;
        _options = options;
        _clock = clock;
        _logger = loggers.CreateLogger("Portico.Gateway.Transport");
    }

    /// <summary>Which one it is; never <see cref="TransportKind.Auto"/>.</summary>
    public TransportKind Kind { get; }

    /// <summary>Reads the option <c>Gateway:Transport</c>: auto, epoll or sockets, in any case.</summary>
    public static bool TryParse(string? text, out TransportKind kind) =>
        Enum.TryParse(text, ignoreCase: true, out kind) && Enum.IsDefined(kind) && !char.IsAsciiDigit(text![0]);

    /// <summary>Whether <paramref name="kind"/> exists on this machine.</summary>
    public static bool IsSupported(TransportKind kind) =>
        kind != TransportKind.Epoll
        || (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64);

    /// <summary>
    /// A connected socket that was accepted elsewhere, for <see cref="IClientTransport.Adopt"/> of one of its loops. It is not the caller's any more.
    /// </summary>
    public AcceptedSocket Wrap(Socket socket, IPEndPoint remoteEndPoint)
    {
        if (Kind != TransportKind.Epoll)
        {
            return new AcceptedSocket(socket, remoteEndPoint, -1);
        }

        socket.Blocking = false;
        var descriptor = new Descriptor((int)socket.SafeHandle.DangerousGetHandle());
        socket.SafeHandle.SetHandleAsInvalid();
        return new AcceptedSocket(descriptor, remoteEndPoint, -1);
    }

    /// <summary>Creates a loop; <see cref="EventLoop.Start"/> it with its owner.</summary>
    public EventLoop CreateLoop(int index)
    {
        var faults = new HandlerFaults(_logger);
        IClientTransport transport = Kind == TransportKind.Epoll ? new EpollTransport(_options, faults) : new SocketTransport(_options, faults);
        return new EventLoop(index, transport, _clock, _logger);
    }

    /// <summary>
    /// Binds an address and begins to accept. Throws <see cref="System.Net.Sockets.SocketException"/> when it cannot be had.
    /// </summary>
    public ClientListener Listen(ListenerOptions options, IReadOnlyList<EventLoop> loops, ITransportListenerHandler handler)
    {
        if (Kind == TransportKind.Epoll && options.Certificate is null)
        {
            var fast = new EpollListener(options, _options, loops, handler, _logger);
            fast.Start();
            return fast;
        }

        var listener = new SocketListener(options, _options, loops, handler, _clock, _logger);
        listener.Start();
        return listener;
    }
}
