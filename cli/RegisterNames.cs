using System.CommandLine;
using Portico.Client;
using Portico.Hosting.Tls;

namespace Portico.Cli;

/// <summary>The registers that a command asks.</summary>
internal static class RegisterNames
{
    /// <summary>The option that names them.</summary>
    public static Option<string[]> Option() => new("--register")
    {
        Description = "Address of a register; again for each further one. GatewayWorker's as gatewayworker://address:port.",
        DefaultValueFactory = _ => ["127.0.0.1:1238"],
    };

    /// <summary>Each once, in full; or what is wrong with one.</summary>
    public static (List<string> Addresses, string? Wrong) Read(string[] names, TlsOptions tls)
    {
        var addresses = new List<string>();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (name.StartsWith(RegisterWatcherOptions.GatewayWorkerScheme, StringComparison.Ordinal))
            {
                addresses.Add(name);
                continue;
            }

            var (address, expected) = tls.Read(name);
            if (address is null)
            {
                return ([], $"--register '{name}' {expected}");
            }

            addresses.Add(TlsOptions.Text(address));
        }

        return (addresses, null);
    }
}
