namespace Portico.Gateway.Transport;

/// <summary>Sizes and times of the client transport; the gateway's options fill them in.</summary>
internal sealed record TransportOptions
{
    /// <summary>
    /// Bytes read from one socket in one go, and the size of each loop's only receive buffer. Default 64 KiB: a TLS record or 400 chat messages.
    /// </summary>
    public int ReceiveBufferSize { get; init; } = 64 * 1024;

    /// <summary>Bytes that a portable socket copies so that it learns when there is room again. Default 16 KiB, one TLS record.</summary>
    public int SendPieceSize { get; init; } = 16 * 1024;

    /// <summary>
    /// How long a closed socket stays open for its peer to take the last bytes and close too; closing earlier with unread bytes would
    /// make the kernel reset the connection and lose them. Default 5 s (nginx: lingering_timeout).
    /// </summary>
    public TimeSpan LingerTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a listener rests when the process or the system has no descriptor left. Default 0.5 s.</summary>
    public TimeSpan AcceptRetryTime { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a TLS handshake may take. Default 10 s.</summary>
    public TimeSpan TlsHandshakeTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>TLS handshakes in progress per listener; further sockets wait in the backlog. Default 1024: about 50 MB at worst.</summary>
    public int TlsHandshakes { get; init; } = 1024;

    /// <summary>Whether more may be accepted after the one with this descriptor; else the listener rests. Default always.</summary>
    public Func<nint, bool> LeavesRoom { get; init; } = static _ => true;

    /// <summary>Whether a listener may go on after its rest. Default always.</summary>
    public Func<bool> HasRoom { get; init; } = static () => true;
}
