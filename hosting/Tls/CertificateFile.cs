using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Portico.Hosting.Tls;

/// <summary>
/// A certificate with its key, PEM or PFX, and its chain. When a file changes, new connections get the new one; one that cannot be read
/// is told and the old one stays. The files are looked at when somebody connects, at most once a second: that also notices what file
/// watchers miss, such as a mounted secret whose link is turned.
/// </summary>
public sealed partial class CertificateFile
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string _certificate;
    private readonly string? _key;
    private readonly string? _password;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private SslStreamCertificateContext _context;
    private (DateTime, DateTime) _written;
    private long _looked;

    /// <summary>
    /// Reads the files; throws <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/> or <see cref="CryptographicException"/> when they
    /// cannot be used.
    /// </summary>
    /// <param name="certificate">PEM (certificate, chain and perhaps the key) or PFX.</param>
    /// <param name="key">PEM of the key; null when it is in <paramref name="certificate"/>.</param>
    /// <param name="password">Of the PFX or the encrypted key; null for none.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="logger">Hears of changes.</param>
    public CertificateFile(string certificate, string? key, string? password, TimeProvider clock, ILogger logger)
    {
        _certificate = certificate;
        _key = key;
        _password = password;
        _clock = clock;
        _logger = logger;
        _written = LastWritten();
        _context = Read(_certificate, _key, _password);
        _looked = clock.GetTimestamp();
    }

    /// <summary>What the next handshake shall use. Any thread.</summary>
    public SslStreamCertificateContext Current()
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_looked) >= LookInterval)
            {
                _looked = _clock.GetTimestamp();
                Look();
            }

            return _context;
        }
    }

    private void Look()
    {
        try
        {
            var written = LastWritten();
            if (written == _written)
            {
                return;
            }

            // Remembered before reading: a file that cannot be read is told once, not with every handshake.
            _written = written;
            _context = Read(_certificate, _key, _password);
            LogReloaded(_certificate, _context.TargetCertificate.NotAfter);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            LogReloadFailed(exception, _certificate);
        }
    }

    private (DateTime, DateTime) LastWritten() => (File.GetLastWriteTimeUtc(_certificate), _key is null ? default : File.GetLastWriteTimeUtc(_key));

    internal static SslStreamCertificateContext Read(string certificate, string? keyFile, string? password)
    {
        var bytes = File.ReadAllBytes(certificate);
        var all = new X509Certificate2Collection();
        X509Certificate2 own;
        if (bytes.AsSpan().IndexOf("-----BEGIN"u8) >= 0)
        {
            all.ImportFromPemFile(certificate);
            var key = keyFile ?? certificate;
            own = password is null
                ? X509Certificate2.CreateFromPemFile(certificate, key)
                : X509Certificate2.CreateFromEncryptedPemFile(certificate, password, key);
        }
        else
        {
            all = X509CertificateLoader.LoadPkcs12Collection(bytes, password);
            own = all.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException($"{certificate} holds no private key.");
        }

        return SslStreamCertificateContext.Create(own, all, offline: true);
    }
}
