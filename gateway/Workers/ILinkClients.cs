namespace Portico.Gateway.Workers;

/// <summary>Told when an event of a client is acknowledged.</summary>
internal interface ILinkClients
{
    /// <summary>One event less is on the way.</summary>
    void Acknowledged(ClientBinding client);
}
