namespace Portico.Gateway.Protocols;

/// <summary>What a frame is for.</summary>
internal enum FrameKind : byte
{
    /// <summary>A whole application message (fragments are joined by the codec).</summary>
    Message,

    /// <summary>
    /// A valid WebSocket opening handshake: <see cref="Frame.Payload"/> is the request head, <see cref="Frame.Reply"/> the 101 answer to send once
    /// the worker was told.
    /// </summary>
    Handshake,

    /// <summary>The peer asks whether we live: send <see cref="Frame.Reply"/>.</summary>
    Ping,

    /// <summary>The answer to our ping.</summary>
    Pong,

    /// <summary>The peer says goodbye: send <see cref="Frame.Reply"/>, then close with <see cref="Frame.Reason"/>.</summary>
    Close,
}
