namespace Portico.Gateway.Protocols.WebSocket.Deflate;

/// <summary>How inflating a message ended.</summary>
internal enum InflateResult : byte
{
    /// <summary>The message is whole.</summary>
    Done,

    /// <summary>It grew over the limit; what is beyond was never inflated.</summary>
    TooBig,

    /// <summary>The bytes are no deflate data.</summary>
    Broken,
}
