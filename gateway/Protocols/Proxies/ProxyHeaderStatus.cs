namespace Portico.Gateway.Protocols.Proxies;

/// <summary>What <see cref="ProxyHeader.TryRead"/> found.</summary>
internal enum ProxyHeaderStatus : byte
{
    /// <summary>It may become one: keep what is there (at most <see cref="ProxyHeader.MaxSize"/>) and ask again with more.</summary>
    NeedMore,

    /// <summary>The connection does not begin with one.</summary>
    Absent,

    /// <summary>A whole one.</summary>
    Present,

    /// <summary>It begins as one and is wrong.</summary>
    Malformed,
}
