namespace Portico.Gateway.Connections;

/// <summary>Where a connection stands; it only goes forward.</summary>
internal enum ConnectionState : byte
{
    /// <summary>Accepted, its opening handshake is not done.</summary>
    Opening,

    /// <summary>Messages go both ways.</summary>
    Open,

    /// <summary>It has left the tables; what waits and the goodbye are being written.</summary>
    Closing,

    /// <summary>The socket is closed.</summary>
    Closed,
}
