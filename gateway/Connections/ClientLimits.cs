namespace Portico.Gateway.Connections;

/// <summary>Ceilings for one client; Hosting fills them from its limit options.</summary>
internal sealed record ClientLimits
{
    /// <summary>Bytes that may wait for a client beyond one message.</summary>
    public int SendToClientBufferSize { get; init; } = 1024 * 1024;

    /// <summary>From accept to the end of the opening handshake; zero for no limit.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From open to the first message or a bound uid; zero for no limit.</summary>
    public TimeSpan FirstMessageTimeout { get; init; }

    /// <summary>From accept to the first message of a text or frame peer that the application does not know; zero for no limit.</summary>
    public TimeSpan SilentTimeout { get; init; }

    /// <summary>
    /// From the first byte of a message to its last, of a client that the application does not know, and a second more for each 16 KiB; zero for no
    /// limit.
    /// </summary>
    public TimeSpan PartialTimeout { get; init; }

    /// <summary>Between two messages of a client; zero for no limit.</summary>
    public TimeSpan IdleTimeout { get; init; }

    /// <summary>From our goodbye until the socket is closed whatever waits.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Groups that one client may be in.</summary>
    public int GroupsPerClient { get; init; } = 1000;

    /// <summary>Bytes of a uid or of a group's name.</summary>
    public int NameBytes { get; init; } = 1024;

    /// <summary>Bytes of a session.</summary>
    public int SessionBytes { get; init; } = 64 * 1024;

    /// <summary>Messages that a client may send in a second; 0 for no limit.</summary>
    public int MessagesPerSecond { get; init; }

    /// <summary>Payload bytes that a client may send in a second; 0 for no limit.</summary>
    public int BytesPerSecond { get; init; }

    /// <summary>How long a client that sends too fast is slowed down before it is closed.</summary>
    public TimeSpan TooFastTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Messages that may come at once: two seconds' worth.</summary>
    public int MessageBurst => (int)Math.Min(int.MaxValue, MessagesPerSecond * 2L);

    /// <summary>Bytes that may come at once: two seconds' worth.</summary>
    public int ByteBurst => (int)Math.Min(int.MaxValue, BytesPerSecond * 2L);
}
