using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Hosting.Tls;
using Portico.Support;

namespace Portico.Hosting.Tests.Tls;

public sealed class TrustedCertificatesTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("gateway.internal")]
    public void FaultOf_SignedByTheAuthority_IsTrustedForItsNames(string name)
    {
        using var shown = _authority.Issue("10.1.2.3", "gateway.internal");

        Assert.Null(Read(_authority.File).FaultOf(shown, null, name));
    }

    [Fact]
    public void FaultOf_AnotherName_SaysWhichNamesItHas()
    {
        using var shown = _authority.Issue("10.1.2.3", "gateway.internal");

        var fault = Read(_authority.File).FaultOf(shown, null, "10.1.2.4");

        Assert.Contains("not for 10.1.2.4 but for gateway.internal, 10.1.2.3", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void FaultOf_AnotherAuthority_NamesIssuerAndFile()
    {
        using var other = new TestAuthority("Other authority");
        using var shown = other.Issue("10.1.2.3");

        var fault = Read(_authority.File).FaultOf(shown, null, "10.1.2.3");

        Assert.Contains("issued by CN=Other authority", fault, StringComparison.Ordinal);
        Assert.Contains(_authority.File, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void FaultOf_TheVeryCertificate_NeedsNoName()
    {
        using var pinned = TestAuthority.SelfSigned();
        var file = _folder.File("pinned.pem");
        File.WriteAllText(file, pinned.ExportCertificatePem());

        Assert.Null(Read(file).FaultOf(pinned, null, "10.1.2.3"));
    }

    [Fact]
    public void FaultOf_TheVeryCertificateButOver_IsRefused()
    {
        using var pinned = _authority.Issue(DateTimeOffset.UnixEpoch.AddYears(51), DateTimeOffset.UnixEpoch.AddYears(52), "10.1.2.3");
        var file = _folder.File("pinned.pem");
        File.WriteAllText(file, pinned.ExportCertificatePem());

        Assert.Contains("is valid from", Read(file).FaultOf(pinned, null, "10.1.2.3"), StringComparison.Ordinal);
    }

    [Fact]
    public void FaultOf_Over_IsRefused()
    {
        using var shown = _authority.Issue(DateTimeOffset.UnixEpoch.AddYears(51), DateTimeOffset.UnixEpoch.AddYears(52), "10.1.2.3");

        Assert.NotNull(Read(_authority.File).FaultOf(shown, null, "10.1.2.3"));
    }

    [Fact]
    public void FaultOf_AfterTheFileChanged_BelievesTheNewAuthority()
    {
        using var other = new TestAuthority("Other authority");
        using var shown = other.Issue("10.1.2.3");
        var clock = new FakeClock();
        var file = _folder.File("trusted.pem");
        File.Copy(_authority.File, file);
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, 1, DateTimeKind.Utc));
        var trusted = new TrustedCertificates(file, clock, NullLogger.Instance);
        Assert.NotNull(trusted.FaultOf(shown, null, "10.1.2.3"));

        File.Copy(other.File, file, overwrite: true);
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, 2, DateTimeKind.Utc));
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(trusted.FaultOf(shown, null, "10.1.2.3"));
    }

    [Fact]
    public void Read_NoCertificateInIt_Throws()
    {
        var file = _folder.File("empty.pem");
        File.WriteAllText(file, "nothing");

        Assert.ThrowsAny<CryptographicException>(() => TrustedCertificates.Read(file));
    }

    private static TrustedCertificates Read(string file) => new(file, TimeProvider.System, NullLogger.Instance);
}
