using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Portico.Contracts.Rpc;
using Portico.Hosting;
using Portico.Hosting.Secrets;
using Portico.Hosting.Tls;

namespace Portico.Register.Hosting;

/// <summary>Configuration to <see cref="RegisterOptions"/>; every fault is noted with its key, its value and what would be right.</summary>
internal static class RegisterOptionsReader
{
    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; it names all of it.</exception>
    public static RegisterOptions Read(IConfiguration configuration)
    {
        var faults = new ConfigurationFaults();
        var listen = EndPoint(configuration["Register:Listen"], faults);
        var options = new RegisterOptions
        {
            Listen = listen,
            SecretKey = new RpcSecretKey(
                new SecretReader(configuration, faults).SecretKeys(IPAddress.IsLoopback(listen.Address) ? null : $"Register:Listen ({listen})")),
            Tls = TlsOptionsReader.Read(configuration, faults),
            Lease = TimeSpan.FromSeconds(Number("Register:LeaseSeconds", 15, 1, 3600)),
            FirstLine = TimeSpan.FromSeconds(Number("Register:FirstLineSeconds", 10, 1, 3600)),
            Idle = TimeSpan.FromSeconds(Number("Register:IdleSeconds", 60, 30, 86400)),
            MaxLineBytes = Number("Register:MaxLineBytes", 64 * 1024, 256, 10 * 1024 * 1024),
            MaxConnections = Number("Register:MaxConnections", 10_000, 1, 1_000_000),
        };
        faults.ThrowIfAny();
        return options;

        int Number(string key, int standard, int least, int most)
        {
            var text = configuration[key];
            if (string.IsNullOrEmpty(text))
            {
                return standard;
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }

            faults.Add(key, text, $"must be a whole number from {least} to {most}.");
            return standard;
        }
    }

    private static IPEndPoint EndPoint(string? text, ConfigurationFaults faults)
    {
        var standard = new IPEndPoint(IPAddress.Loopback, 1238);
        if (string.IsNullOrEmpty(text))
        {
            return standard;
        }

        var usable = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" + text["localhost".Length..]
            : text.StartsWith("*:", StringComparison.Ordinal) ? "0.0.0.0" + text[1..]
            : text;
        var colon = usable.LastIndexOf(':');
        if (colon > 0
            && int.TryParse(usable.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port <= IPEndPoint.MaxPort
            && IPAddress.TryParse(usable.AsSpan(0, colon), out var address)
            && (usable[0] == '[' || !usable.AsSpan(0, colon).Contains(':')))
        {
            return new IPEndPoint(address, port);
        }

        faults.Add("Register:Listen", text, "must be an address and a port like 127.0.0.1:1238, 0.0.0.0:1238 or [::1]:1238.");
        return standard;
    }
}
