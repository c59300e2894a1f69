using System.Net.Security;

namespace Portico.Client;

/// <summary>How the message log is called.</summary>
public sealed record MessageLogOptions
{
    /// <summary>The cluster's shared key, or empty.</summary>
    public string SecretKey { get; init; } = "";

    /// <summary>TLS of an "https://" address: trusted roots, client certificate. Null: the machine's roots.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Time for one call, waiting for a free place included (5 s).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Calls under way at once (512); more wait for a place, so that a slow log is not buried.</summary>
    public int Concurrency { get; init; } = 512;
}
