namespace Portico.Gateway.Transport.Epoll;

/// <summary>Where an epoll socket stands.</summary>
[Flags]
internal enum EpollState : ushort
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
