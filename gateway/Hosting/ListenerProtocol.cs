namespace Portico.Gateway.Hosting;

/// <summary>What a client listener speaks.</summary>
internal enum ListenerProtocol
{
    /// <summary>WebSocket (<c>websocket://</c>, <c>ws://</c>, with TLS <c>wss://</c>).</summary>
    WebSocket,

    /// <summary>One message a line (<c>text://</c>).</summary>
    Text,

    /// <summary>Four bytes of length before each message (<c>frame://</c>).</summary>
    Frame,
}
