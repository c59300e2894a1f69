namespace Portico.Gateway.Transport;

/// <summary>Told of accepted sockets. Called on whichever thread accepts; hands the socket to the inbox of the loop that shall own it.</summary>
internal interface ITransportListenerHandler
{
    /// <summary>A socket was accepted.</summary>
    void OnAccepted(AcceptedSocket accepted);
}
