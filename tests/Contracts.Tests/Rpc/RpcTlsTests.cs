using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

public sealed class RpcTlsTests
{
    private const string Path = "/test.Tls/Do";

    [Fact]
    public async Task Duplex_OverTls_TrustedOnlyWithItsCertificate()
    {
        using var certificate = SelfSigned();
        await using var server = await RpcTestServer.StartAsync(
            (app, host) => app.MapRpcDuplex(Path, RpcStreamTests.EchoRawAsync, host.Options),
            listen: endpoint => endpoint.UseHttps(certificate));
        using var stranger = new RpcChannel(new Uri($"https://127.0.0.1:{server.Port}"));
        using var friend = new RpcChannel(new Uri($"https://127.0.0.1:{server.Port}"), new()
        {
            Tls = new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    CustomTrustStore = { certificate },
                },
            },
        });

        var fault = await Assert.ThrowsAsync<RpcException>(() => stranger.DuplexAsync(Path).Guarded());
        using var call = await friend.DuplexAsync(Path).Guarded();
        await call.WriteAsync(new BodyPart { Id = 3 }).AsTask().Guarded();
        var reply = await call.ReadAsync<BodyPart>().AsTask().Guarded();

        Assert.Equal(RpcStatusCode.Unavailable, fault.Code);
        Assert.Equal(3UL, reply!.Id);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=portico-test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
