using System.Net.Sockets;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>The errno values that a socket can meet.</summary>
internal static class LinuxErrors
{
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int NoMemory = 12;
    public const int SystemDescriptors = 23;
    public const int ProcessDescriptors = 24;
    public const int BrokenPipe = 32;
    public const int NetworkDown = 100;
    public const int NetworkUnreachable = 101;
    public const int ConnectionAborted = 103;
    public const int ConnectionReset = 104;
    public const int NoBuffers = 105;
    public const int TimedOut = 110;
    public const int HostUnreachable = 113;

    /// <summary>In the vocabulary of <c>System.Net.Sockets</c>.</summary>
    public static SocketError ToSocketError(int errno) => errno switch
    {
        BrokenPipe or ConnectionReset => SocketError.ConnectionReset,
        ConnectionAborted => SocketError.ConnectionAborted,
        TimedOut => SocketError.TimedOut,
        NetworkDown => SocketError.NetworkDown,
        NetworkUnreachable => SocketError.NetworkUnreachable,
        HostUnreachable => SocketError.HostUnreachable,
        NoBuffers or NoMemory => SocketError.NoBufferSpaceAvailable,
        _ => SocketError.SocketError,
    };
}
