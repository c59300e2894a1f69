namespace Portico.Client.GatewayWorker;

/// <summary>A connection to a gateway that speaks GatewayWorker's protocol, as those who ask over it see it. Thread-safe.</summary>
public interface IPacketExchange
{
    /// <summary>Sends packets and waits for the answers to the queries among them; with none, until they are on their way.</summary>
    /// <exception cref="IOException">The gateway cannot be reached, ended the connection, or too much waits for it.</exception>
    Task<byte[][]> ExchangeAsync(ReadOnlyMemory<byte> packets, int answers);
}
