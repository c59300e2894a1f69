using Portico.Contracts.Rpc;
using Portico.Hosting.Tls;

namespace Portico.Cli;

/// <summary>How roles are called.</summary>
/// <param name="SecretKey">Shared key of the cluster; empty: none.</param>
/// <param name="Timeout">For each answer.</param>
/// <param name="Tls">How roles are called that speak TLS.</param>
internal sealed record CallSettings(string SecretKey, TimeSpan Timeout, InnerTls Tls)
{
    /// <summary>The same for one connection.</summary>
    public RpcChannelOptions Channel() => new() { SecretKey = SecretKey, ConnectTimeout = Timeout, Tls = Tls.Client, AllowPlain = Tls.Options.MayCallPlain };
}
