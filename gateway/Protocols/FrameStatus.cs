namespace Portico.Gateway.Protocols;

/// <summary>What <see cref="IFrameCodec.TryRead"/> found.</summary>
internal enum FrameStatus : byte
{
    /// <summary>No whole frame yet; what was consumed so far the codec keeps itself.</summary>
    NeedMore,

    /// <summary>A frame; look at its kind.</summary>
    Frame,

    /// <summary>
    /// The peer broke the rules: send <see cref="Frame.Reply"/> (an HTTP answer or a close frame, may be empty), then close with
    /// <see cref="Frame.Reason"/>. The codec must not be asked again.
    /// </summary>
    Refused,
}
