using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Portico.Hosting.Secrets;

namespace Portico.Hosting.Tls;

/// <summary>Reads and checks the section <c>Tls</c>; its files are tried, so that a start fails with a sentence and not the first call.</summary>
public static class TlsOptionsReader
{
    /// <summary>Reads it; faults are noted.</summary>
    public static TlsOptions Read(IConfiguration configuration, ConfigurationFaults faults)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(faults);
        var options = new TlsOptions
        {
            Certificate = Text("Certificate"),
            CertificateKey = Text("CertificateKey"),
            CertificatePasswordFile = Text("CertificatePasswordFile"),
            TrustedCertificates = Text("TrustedCertificates"),
            ServerName = Text("ServerName"),
            RequiresClientCertificates = Text("ClientCertificates") == "require",
            AllowPlain = bool.TryParse(Text("AllowPlain"), out var allow) && allow,
        };
        if (Text("ClientCertificates") is { } word and not ("none" or "require"))
        {
            faults.Add("Tls:ClientCertificates", word, "must be one of none, require.");
        }

        if (Text("AllowPlain") is { } flag && !bool.TryParse(flag, out _))
        {
            faults.Add("Tls:AllowPlain", flag, "must be true or false.");
        }

        CheckTogether(options, faults);
        return options;

        string? Text(string name) => configuration["Tls:" + name] is { Length: > 0 } text ? text : null;
    }

    /// <summary>The password that a file holds, or none.</summary>
    internal static string? Password(string? file) => file is null ? null : SecretFile.Read("Tls:CertificatePasswordFile", file, new ConfigurationFaults());

    private static void CheckTogether(TlsOptions options, ConfigurationFaults faults)
    {
        if (options.RequiresClientCertificates && options.TrustedCertificates is null)
        {
            faults.Add("Tls:TrustedCertificates", null, "Tls:ClientCertificates is require, so it must be known which certificates callers may show.");
        }

        if (options.Certificate is null && (options.CertificateKey ?? options.CertificatePasswordFile) is not null)
        {
            faults.Add("Tls:Certificate", null, "Tls:CertificateKey and Tls:CertificatePasswordFile belong to a certificate.");
        }

        if ((options.CertificatePasswordFile is not { } password || SecretFile.Read("Tls:CertificatePasswordFile", password, faults) is not null)
            && TryRead("Tls:CertificateKey", options.CertificateKey, file => File.ReadAllBytes(file), faults))
        {
            _ = TryRead(
                "Tls:Certificate",
                options.Certificate,
                _ => CertificateFile.Read(options.Certificate!, options.CertificateKey, Password(options.CertificatePasswordFile)),
                faults);
        }

        _ = TryRead("Tls:TrustedCertificates", options.TrustedCertificates, TrustedCertificates.Read, faults);
    }

    private static bool TryRead(string key, string? file, Func<string, object?> read, ConfigurationFaults faults)
    {
        if (file is null)
        {
            return true;
        }

        try
        {
            _ = read(file);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            faults.Add(key, file, $"cannot be used: {fault.Message}");
            return false;
        }
    }
}
