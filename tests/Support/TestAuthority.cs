using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portico.Support;

/// <summary>An authority of certificates with a folder for its files, and self-signed certificates without one.</summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _issued;

    /// <summary>A new one.</summary>
    public TestAuthority(string name = "Test authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        Certificate = request.CreateSelfSigned(From, To);
        File = _folder.File("authority.pem");
        System.IO.File.WriteAllText(File, Certificate.ExportCertificatePem() + "\n");
    }

    /// <summary>Its own certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>PEM file of it.</summary>
    public string File { get; }

    /// <summary>A certificate of its own signature for localhost.</summary>
    public static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(From, To);
    }

    /// <summary>Writes certificate and key into one file.</summary>
    public static void WritePem(X509Certificate2 certificate, string path) =>
        System.IO.File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n");

    /// <summary>A certificate with its key for names and addresses.</summary>
    public X509Certificate2 Issue(params string[] names) => Issue(From, To, names);

    /// <summary>The same, valid for a time.</summary>
    public X509Certificate2 Issue(DateTimeOffset from, DateTimeOffset to, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=portico test", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        if (names.Length > 0)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        using var signed = request.Create(Certificate, from, to, BitConverter.GetBytes(++_issued));
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>A new certificate with its key as a PEM file.</summary>
    public string IssueFile(params string[] names)
    {
        using var certificate = Issue(names);
        var path = _folder.File($"issued{_issued}.pem");
        WritePem(certificate, path);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }
}
