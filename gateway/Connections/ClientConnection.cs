namespace Portico.Gateway.Connections;

/// <summary>One client at the end of a socket: codec, outbox, heartbeat. A passive object that its loop drives.</summary>
internal sealed class ClientConnection
{
}
