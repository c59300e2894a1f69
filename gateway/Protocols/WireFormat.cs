namespace Portico.Gateway.Protocols;

/// <summary>How bytes stand on a client's wire. Two clients of one format can share the encoded bytes of a message.</summary>
internal enum WireFormat : byte
{
    /// <summary>One message per line.</summary>
    Text,

    /// <summary>Four bytes of length before the message.</summary>
    Length,

    /// <summary>WebSocket frames, as they are.</summary>
    WebSocket,

    /// <summary>WebSocket frames, permessage-deflate without context takeover on our side and with the full window, so that the bytes can be shared.</summary>
    WebSocketDeflate,

    /// <summary>WebSocket frames, permessage-deflate with a context or a window of the connection's own: nothing can be shared.</summary>
    WebSocketDeflateContext,
}
