using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Hosting;
using Portico.Hosting.Tls;

namespace Portico.Cli;

/// <summary>The options of a command that calls roles over TLS: the keys of the section <c>Tls</c>, with the same meaning.</summary>
internal sealed class TlsArguments
{
    private readonly (string Key, Option<string> Option)[] _all =
    [
        ("TrustedCertificates", new(
            "--tls-trusted-certificates") { Description = "PEM of the authorities, or of the very certificates, that the roles may show." }),
        ("ServerName", new("--tls-server-name") { Description = "The name that must stand in their certificates; default: the address that is called." }),
        ("Certificate", new("--tls-certificate") { Description = "PEM or PFX to show, where Tls:ClientCertificates is require." }),
        ("CertificateKey", new("--tls-certificate-key") { Description = "PEM of its key, when that is a file of its own." }),
        ("CertificatePasswordFile", new("--tls-certificate-password-file") { Description = "File with the key's password." }),
    ];

    /// <summary>Makes them options of a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var (_, option) in _all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was said.</summary>
    /// <exception cref="ConfigurationException">A file cannot be used; the message says which.</exception>
    public InnerTls Read(ParseResult parsed)
    {
        var faults = new ConfigurationFaults();
        var said = _all.Select(one => KeyValuePair.Create("Tls:" + one.Key, parsed.GetValue(one.Option)));
        var options = TlsOptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(said).Build(), faults);
        faults.ThrowIfAny();
        return new InnerTls(
            options, TimeProvider.System, new RepeatedWarnings(TimeProvider.System, NullLogger<RepeatedWarnings>.Instance), NullLogger<InnerTls>.Instance);
    }
}
