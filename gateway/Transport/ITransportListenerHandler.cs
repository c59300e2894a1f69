namespace Portico.Gateway.Transport;

/// <summary>Told of accepted sockets. Called on whichever thread accepts, several at once.</summary>
internal interface ITransportListenerHandler
{
    /// <summary>
    /// A socket was accepted. Post it to <see cref="AcceptedSocket.Loop"/>, whose owner adopts it, or <see cref="AcceptedSocket.Discard"/> it.
    /// </summary>
    void OnAccepted(AcceptedSocket accepted);
}
