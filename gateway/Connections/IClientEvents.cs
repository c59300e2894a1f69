using Portico.Contracts.Results;

namespace Portico.Gateway.Connections;

/// <summary>
/// What a connection has to tell a worker; implemented in Workers. On the loop's thread. Bytes are gone after the call. The callee
/// pauses the connection's reading when the worker side has no room, and resumes it.
/// </summary>
internal interface IClientEvents
{
    /// <summary>Accepted (before any handshake).</summary>
    void OnConnect(ClientConnection client);

    /// <summary>The opening handshake is valid; the 101 answer follows this call. <paramref name="requestHead"/> is also kept by the connection.</summary>
    void OnWebSocketConnect(ClientConnection client, ReadOnlySpan<byte> requestHead);

    /// <summary>A message.</summary>
    void OnMessage(ClientConnection client, ReadOnlySpan<byte> payload, bool binary);

    /// <summary>The worker has events of the client that it has not handled; <see cref="ClientInput.OnHandled"/> comes when it has.</summary>
    bool HasUnhandled(ClientConnection client);

    /// <summary>The connection has left all tables and its socket is closed.</summary>
    void OnClose(ClientConnection client, CloseReason reason);
}
