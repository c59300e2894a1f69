namespace Portico.Gateway.Connections;

/// <summary>One client at the end of a socket: codec, outbox, heartbeat. A passive object that its loop drives.</summary>
internal sealed class ClientConnection
{
    /// <summary>What Workers keeps for this client (a ClientBinding); set at accept, nobody else looks at it.</summary>
    public object? Binding { get; set; }
}
