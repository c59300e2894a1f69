namespace Portico.Contracts.Rpc;

/// <summary>What an inner port speaks.</summary>
public enum WireSecurity
{
    /// <summary>No TLS.</summary>
    Plain = 0,

    /// <summary>TLS alone; whoever begins without it is closed.</summary>
    Tls = 1,

    /// <summary>TLS, and plaintext too.</summary>
    Either = 2,
}
