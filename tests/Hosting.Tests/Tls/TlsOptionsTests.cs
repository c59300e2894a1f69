using Microsoft.Extensions.Configuration;
using Portico.Hosting.Tls;
using Portico.Support;

namespace Portico.Hosting.Tests.Tls;

public sealed class TlsOptionsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly ConfigurationFaults _faults = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("127.0.0.1:1238", "http://127.0.0.1:1238/")]
    [InlineData("http://127.0.0.1:1238", "http://127.0.0.1:1238/")]
    [InlineData("https://register.internal:1238", "https://register.internal:1238/")]
    public void Read_WithoutTls_PlainUnlessSaid(string text, string expected) =>
        Assert.Equal(new Uri(expected), new TlsOptions().Read(text).Address);

    [Fact]
    public void Read_WithTls_OverTlsAndPlainOnlyWhenAllowed()
    {
        var options = new TlsOptions { TrustedCertificates = _authority.File };

        Assert.Equal(new Uri("https://127.0.0.1:1238"), options.Read("127.0.0.1:1238").Address);
        Assert.Contains("Tls:AllowPlain", options.Read("http://127.0.0.1:1238").Expected, StringComparison.Ordinal);
        Assert.Equal(new Uri("http://127.0.0.1:1238"), (options with { AllowPlain = true }).Read("http://127.0.0.1:1238").Address);
    }

    [Theory]
    [InlineData("0.0.0.0:1238")]
    [InlineData("[::]:1238")]
    [InlineData("[::0]:1238")]
    [InlineData("http://0.0.0.0:1238")]
    [InlineData("0:1238")]
    public void Read_AnAddressThatMeansAll_CannotBeDialled(string text)
    {
        var (address, expected) = new TlsOptions().Read(text);

        Assert.Null(address);
        Assert.StartsWith("is an address to listen on", expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nowhere")]
    [InlineData("127.0.0.1:0")]
    [InlineData("ftp://127.0.0.1:1")]
    [InlineData("http://127.0.0.1:1238/path")]
    public void Read_NoAddress_SaysWhatWouldBeRight(string? text) =>
        Assert.Contains("127.0.0.1:1238", new TlsOptions().Read(text).Expected, StringComparison.Ordinal);

    [Fact]
    public void Reader_EverythingWrong_NamesAllOfIt()
    {
        _ = Read(
            ("Tls:Certificate", "/none.pem"),
            ("Tls:ClientCertificates", "perhaps"),
            ("Tls:AllowPlain", "perhaps"),
            ("Tls:TrustedCertificates", "/none.pem"));

        var fault = Assert.Throws<ConfigurationException>(_faults.ThrowIfAny);
        string[] keys = ["Tls:Certificate", "Tls:ClientCertificates", "Tls:AllowPlain", "Tls:TrustedCertificates"];
        Assert.All(keys, key => Assert.Contains(fault.Faults, sentence => sentence.StartsWith(key + " is ", StringComparison.Ordinal)));
        Assert.Equal(keys.Length, fault.Faults.Count);
    }

    [Fact]
    public void Reader_ClientCertificatesWithoutTrusted_IsAFault()
    {
        _ = Read(("Tls:Certificate", _authority.IssueFile("127.0.0.1")), ("Tls:ClientCertificates", "require"));

        Assert.Contains("Tls:TrustedCertificates is missing", Assert.Throws<ConfigurationException>(_faults.ThrowIfAny).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reader_GoodFiles_AreTaken()
    {
        var options = Read(("Tls:Certificate", _authority.IssueFile("127.0.0.1")), ("Tls:TrustedCertificates", _authority.File), ("Tls:ClientCertificates", "require"));

        Assert.True(_faults.IsEmpty);
        Assert.True(options.Serves && options.RequiresClientCertificates && !options.MayCallPlain);
    }

    private TlsOptions Read(params (string Key, string Value)[] settings) => TlsOptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build(), _faults);
}
