using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Portico.Hosting.Tls;

/// <summary>
/// Whom this role believes: a PEM file of authorities, or of the very certificates that peers show. Looked at again as
/// <see cref="CertificateFile"/> is. Thread-safe.
/// </summary>
internal sealed partial class TrustedCertificates
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string _file;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private X509Certificate2Collection _trusted;
    private DateTime _written;
    private long _looked;

    /// <summary>Reads the file; throws as <see cref="CertificateFile"/> does.</summary>
    public TrustedCertificates(string file, TimeProvider clock, ILogger logger)
    {
        _file = file;
        _clock = clock;
        _logger = logger;
        _written = File.GetLastWriteTimeUtc(file);
        _trusted = Read(file);
        _looked = clock.GetTimestamp();
    }

    /// <summary>The certificates of a PEM file, at least one.</summary>
    public static X509Certificate2Collection Read(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("it holds no certificate in PEM form.");
    }

    /// <summary>What is wrong with a peer's certificate; null when it is believed.</summary>
    /// <param name="shown">The certificate.</param>
    /// <param name="sent">What came with it, for the way to an authority.</param>
    /// <param name="name">The name that must stand in it; null for a caller's, which needs none.</param>
    public string? FaultOf(X509Certificate2 shown, X509Chain? sent, string? name)
    {
        var trusted = Current();
        if (trusted.Any(certificate => certificate.RawDataMemory.Span.SequenceEqual(shown.RawDataMemory.Span)))
        {
            // The very certificate: who has its key is who is meant, whatever name he is dialled by.
            var now = _clock.GetUtcNow().UtcDateTime;
            return now < shown.NotBefore.ToUniversalTime() || now > shown.NotAfter.ToUniversalTime()
                ? string.Create(CultureInfo.InvariantCulture, $"the certificate {shown.Subject} is valid from {shown.NotBefore:u} to {shown.NotAfter:u}")
                : null;
        }

        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.CustomTrustStore.AddRange(trusted);
        policy.ApplicationPolicy.Add(new Oid(name is null ? ClientUse : ServerUse));
        policy.VerificationTimeIgnored = false;
        policy.VerificationTime = _clock.GetUtcNow().UtcDateTime;
        if (sent is not null)
        {
            policy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        if (!chain.Build(shown))
        {
            var reasons = string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct(StringComparer.Ordinal));
            return $"the certificate {shown.Subject}, issued by {shown.Issuer}, is not trusted by {_file}: {reasons}";
        }

        return PeerName.FaultOf(shown, name);
    }

    private X509Certificate2Collection Current()
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_looked) >= LookInterval)
            {
                _looked = _clock.GetTimestamp();
                Look();
            }

            return _trusted;
        }
    }

    private void Look()
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(_file);
            if (written != _written)
            {
                _written = written;
                _trusted = Read(_file);
                LogReloaded(_file, _trusted.Count);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            LogReloadFailed(exception, _file);
        }
    }

    [LoggerMessage(13, LogLevel.Information, "The trusted certificates {File} were read anew, {Count} of them")]
    private partial void LogReloaded(string file, int count);

    [LoggerMessage(14, LogLevel.Error, "The trusted certificates {File} have changed and cannot be read; the old ones stay in use")]
    private partial void LogReloadFailed(Exception exception, string file);
}
