using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portico.Gateway.Transport;
using Portico.Gateway.Transport.Tls;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

public sealed class TlsCertificateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("portico").FullName;
    private readonly RecordingLoggers _log = new();
    private readonly FakeClock _clock = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Current_Pem_IsRead()
    {
        using var certificate = TestCertificate.Create();
        TestCertificate.WritePem(certificate, PathOf("a.pem"));

        var read = Read("a.pem", null, null);

        Assert.Equal(certificate.Thumbprint, read.Current().TargetCertificate.Thumbprint);
    }

    [Fact]
    public void Current_PemWithItsKeyElsewhere_IsRead()
    {
        using var certificate = TestCertificate.Create();
        File.WriteAllText(PathOf("a.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("a.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        var read = Read("a.crt", "a.key", null);

        Assert.Equal(certificate.Thumbprint, read.Current().TargetCertificate.Thumbprint);
    }

    [Fact]
    public void Current_Pfx_IsRead()
    {
        using var certificate = TestCertificate.Create();
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
        using var first = TestCertificate.Create();
        using var second = TestCertificate.Create();
        Write(first, 1);
        var read = Read("a.pem", null, null);

        Write(second, 2);
        Assert.Equal(first.Thumbprint, read.Current().TargetCertificate.Thumbprint);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(second.Thumbprint, read.Current().TargetCertificate.Thumbprint);
        Assert.Equal(1, _log.Count(205));
    }

    [Fact]
    public void Current_FileBreaksOrGoes_TheOldOneStaysAndItIsToldOnce()
    {
        using var first = TestCertificate.Create();
        Write(first, 1);
        var read = Read("a.pem", null, null);

        File.WriteAllText(PathOf("a.pem"), "-----BEGIN CERTIFICATE-----\nhalf");
        for (var i = 0; i < 5; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(first.Thumbprint, read.Current().TargetCertificate.Thumbprint);
        }

        Assert.Equal(1, _log.Count(206));
    }

    [Fact]
    public async Task Listener_GarbageInsteadOfTls_IsClosedAndOthersAreServed()
    {
        await using var harness = SecuredHarness.Create(TransportKind.Auto, 1, null, new TransportOptions { TlsHandshakes = 2 });
        harness.Configure = socket => socket.Echoes = true;

        for (var i = 0; i < 5; i++)
        {
            using var garbage = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await garbage.ConnectAsync(harness.Listener.EndPoint).Guarded();
            await garbage.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray()).Guarded();
            await DrainAsync(garbage);
        }

        var (peer, _) = await harness.ConnectAsync();
        await peer.SendAsync("secret"u8.ToArray());
        Assert.Equal("secret"u8.ToArray(), await peer.ReceiveAsync(6));
    }

    [Fact]
    public async Task Listener_ClientsThatNeverShakeHands_GiveTheirPlaceBack()
    {
        var clock = new FakeClock();
        await using var harness = SecuredHarness.Create(TransportKind.Auto, 1, clock, new TransportOptions { TlsHandshakes = 2 });
        var silent = new List<Socket>();
        for (var i = 0; i < 2; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(harness.Listener.EndPoint).Guarded();
            silent.Add(socket);
        }

        // Time goes on only until they are gone: the one who waits for their place has a deadline too.
        var connecting = harness.ConnectAsync();
        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(11));
                return silent.TrueForAll(socket => socket.Poll(0, SelectMode.SelectRead));
            },
            "a place");
        Peer? peer = null;
        while (peer is null)
        {
            try
            {
                (peer, _) = await connecting.Guarded();
            }
            catch (IOException)
            {
                // Its handshake had begun between the two.
                connecting = harness.ConnectAsync();
            }
        }

        peer.Dispose();
        silent.ForEach(socket => socket.Dispose());
    }

    private static async Task DrainAsync(Socket socket)
    {
        try
        {
            var buffer = new byte[1024];
            while (await socket.ReceiveAsync(buffer).Guarded() > 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is a close too.
        }
    }

    private string PathOf(string file) => Path.Combine(_folder, file);

    private TlsCertificate Read(string file, string? key, string? password) =>
        new(PathOf(file), key is null ? null : PathOf(key), password, _clock, _log);

    private void Write(X509Certificate2 certificate, int version)
    {
        TestCertificate.WritePem(certificate, PathOf("a.pem"));
        File.SetLastWriteTimeUtc(PathOf("a.pem"), new DateTime(2026, 1, 1, 0, 0, version, DateTimeKind.Utc));
    }
}
