namespace Portico.Hosting.Proxies;

/// <summary>Where the address of a client that comes through a trusted proxy is taken from.</summary>
public enum ClientAddressSource
{
    /// <summary>The address of the TCP peer; what proxies say is ignored.</summary>
    Peer,

    /// <summary>The PROXY protocol header (version 1 or 2) before the first byte, before TLS too.</summary>
    Proxy,

    /// <summary>The header X-Forwarded-For: the last entry that is no trusted proxy.</summary>
    XForwardedFor,

    /// <summary>The header X-Real-IP.</summary>
    XRealIp,
}
