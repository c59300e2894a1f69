namespace Portico.Gateway.Connections;

/// <summary>Why a client is not read from; it is read again when none is left.</summary>
[Flags]
internal enum PauseCause : byte
{
    /// <summary>It is read from.</summary>
    None = 0,

    /// <summary>The worker link it is bound to is full.</summary>
    WorkerFull = 1,

    /// <summary>There is no worker; its events are parked.</summary>
    Parked = 2,

    /// <summary>It sends faster than it may.</summary>
    RateLimited = 4,

    /// <summary>It broke the protocol, or the gateway leaves, and it is closed once the worker has handled what it sent before.</summary>
    Refused = 16,

    /// <summary>Too much of what it sent is not handled; others of its worker are read.</summary>
    Behind = 32,
}
