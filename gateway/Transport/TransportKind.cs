namespace Portico.Gateway.Transport;

/// <summary>How a gateway learns of bytes on its client sockets (option <c>Gateway:Transport</c>).</summary>
internal enum TransportKind
{
    /// <summary><see cref="Epoll"/> where it exists, else <see cref="Sockets"/>.</summary>
    Auto,

    /// <summary>Event loops on epoll: Linux on x64 and arm64.</summary>
    Epoll,

    /// <summary><c>System.Net.Sockets</c>: everywhere.</summary>
    Sockets,
}
