using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portico.Hosting.Tls;
using Portico.Support;

namespace Portico.Hosting.Tests.Tls;

public sealed class CertificateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("portico").FullName;
    private readonly RecordingLoggers _log = new();
    private readonly FakeClock _clock = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Current_Pem_IsRead()
    {
        using var certificate = TestAuthority.SelfSigned();
        TestAuthority.WritePem(certificate, PathOf("a.pem"));

        var read = Read("a.pem", null, null);

        Assert.Equal(certificate.Thumbprint, read.Current().TargetCertificate.Thumbprint);
    }

    [Fact]
    public void Current_PemWithItsKeyElsewhere_IsRead()
    {
        using var certificate = TestAuthority.SelfSigned();
        File.WriteAllText(PathOf("a.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("a.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        var read = Read("a.crt", "a.key", null);

        Assert.Equal(certificate.Thumbprint, read.Current().TargetCertificate.Thumbprint);
    }

    [Fact]
    public void Current_Pfx_IsRead()
    {
        using var certificate = TestAuthority.SelfSigned();
        File.WriteAllBytes(PathOf("a.pfx"), certificate.Export(X509ContentType.Pkcs12, "secret"));

        var read = Read("a.pfx", null, "secret");

        Assert.Equal(certificate.Thumbprint, read.Current().TargetCertificate.Thumbprint);
        Assert.ThrowsAny<CryptographicException>(() => Read("a.pfx", null, "wrong"));
    }

    [Fact]
    public void Constructor_NoFile_Throws() => Assert.ThrowsAny<IOException>(() => Read("none.pem", null, null));

    [Fact]
    public void Current_FileChanges_TheNewOneFollows()
    {
        using var first = TestAuthority.SelfSigned();
        using var second = TestAuthority.SelfSigned();
        Write(first, 1);
        var read = Read("a.pem", null, null);

        Write(second, 2);
        Assert.Equal(first.Thumbprint, read.Current().TargetCertificate.Thumbprint);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(second.Thumbprint, read.Current().TargetCertificate.Thumbprint);
        Assert.Equal(1, _log.Count(11));
    }

    [Fact]
    public void Current_FileBreaksOrGoes_TheOldOneStaysAndItIsToldOnce()
    {
        using var first = TestAuthority.SelfSigned();
        Write(first, 1);
        var read = Read("a.pem", null, null);

        File.WriteAllText(PathOf("a.pem"), "-----BEGIN CERTIFICATE-----\nhalf");
        for (var i = 0; i < 5; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(first.Thumbprint, read.Current().TargetCertificate.Thumbprint);
        }

        Assert.Equal(1, _log.Count(12));
    }

    private string PathOf(string file) => Path.Combine(_folder, file);

    private CertificateFile Read(string file, string? key, string? password) =>
        new(PathOf(file), key is null ? null : PathOf(key), password, _clock, _log);

    private void Write(X509Certificate2 certificate, int version)
    {
        TestAuthority.WritePem(certificate, PathOf("a.pem"));
        File.SetLastWriteTimeUtc(PathOf("a.pem"), new DateTime(2026, 1, 1, 0, 0, version, DateTimeKind.Utc));
    }
}
