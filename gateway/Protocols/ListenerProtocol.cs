namespace Portico.Gateway.Protocols;

/// <summary>What the clients of a listener speak.</summary>
internal enum ListenerProtocol : byte
{
    /// <summary><c>websocket://</c>, <c>ws://</c>, <c>wss://</c>.</summary>
    WebSocket,

    /// <summary><c>text://</c>.</summary>
    Text,

    /// <summary><c>frame://</c>.</summary>
    Length,
}
