using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Portico.Cluster.Tests.Support;
using Portico.Contracts.GatewayWorker;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>The roles as processes that speak TLS with each other.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new("Stranger");

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Cluster_AllOverTlsWithCertificatesOnBothSides_CarriesMessages()
    {
        await using var cluster = await StartAsync("--Tls:ClientCertificates=require");

        // AnswersAsync has seen the way of a client's frame to the worker and back, and of web-api's question to the gateway. Left: the message log.
        await SendThroughTheLogAsync(cluster);

        Assert.Empty(cluster.UnexpectedErrors());
        Assert.Contains("speaks TLS as CN=portico test", cluster.Register.Log, StringComparison.Ordinal);
        Assert.Contains("plaintext is refused", cluster.Gateways[0].Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_TlsAlone_ClosesWhoComesWithout()
    {
        await using var cluster = await StartAsync();

        foreach (var port in (int[])[cluster.RegisterPort, cluster.GatewayInnerPort(cluster.Gateways[0]), cluster.InnerPort])
        {
            Assert.Equal(0, await ReceiveAsync(port, RegisterLines.WorkerConnect(PorticoCluster.SecretKey)));
            Assert.Equal(0, await ReceiveAsync(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray()));
        }

        await cluster.Register.SeenAsync("came without TLS");
        await cluster.Gateways[0].SeenAsync("came without TLS");
        await cluster.WebApi.SeenAsync("came without TLS");
    }

    [Fact]
    public async Task Port_AllowPlain_ServesBothTongues()
    {
        await using var cluster = await StartAsync("--Tls:AllowPlain=true");

        // A PHP worker asks in the original tongue, in plaintext and through TLS.
        var plain = await ConnectAsync(cluster.RegisterPort);
        var tls = new SslStream(await ConnectAsync(cluster.RegisterPort), leaveInnerStreamOpen: false, (_, shown, _, _) => shown!.Issuer == "CN=Test authority");
        await tls.AuthenticateAsClientAsync("127.0.0.1").Guarded();
        foreach (var stream in (Stream[])[plain, tls])
        {
            await stream.WriteAsync(RegisterLines.WorkerConnect(PorticoCluster.SecretKey)).AsTask().Guarded();
            using var reader = new StreamReader(stream);
            Assert.Contains($"127.0.0.1:{cluster.GatewayInnerPort(cluster.Gateways[0])}", await reader.ReadLineAsync().Guarded(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Worker_TrustsAnotherAuthority_SaysWhomItDoesNotTrust()
    {
        await using var cluster = await StartAsync();
        cluster.Arguments.Clear();
        cluster.Arguments.Add($"--Tls:TrustedCertificates={_stranger.File}");

        var worker = cluster.LaunchWorker();

        await worker.SeenAsync("issued by CN=Test authority, is not trusted by " + _stranger.File);
    }

    [Fact]
    public async Task Worker_ShowsAStrangersCertificate_IsRefusedAndBothSidesSay()
    {
        await using var cluster = await StartAsync("--Tls:ClientCertificates=require");
        cluster.Arguments.Clear();
        cluster.Arguments.AddRange([$"--Tls:TrustedCertificates={_authority.File}", $"--Tls:Certificate={_stranger.IssueFile("127.0.0.1")}"]);

        var worker = cluster.LaunchWorker();

        await cluster.Register.SeenAsync("A caller was refused for its certificate");
        await worker.SeenAsync("TLS:");
    }

    [Fact]
    public async Task Worker_WithoutTls_IsToldThatTheRegisterClosedIt()
    {
        await using var cluster = await StartAsync();
        cluster.Arguments.Clear();

        var worker = cluster.LaunchWorker();

        await worker.SeenAsync($"Register 127.0.0.1:{cluster.RegisterPort} is away");
        await cluster.Register.SeenAsync("came without TLS");
    }

    [Fact]
    public async Task Gateway_ComesBackWithTls_IsReachedAgain()
    {
        // As a cluster is moved over: everybody may do both, then one after the other is started with TLS alone.
        await using var cluster = await PorticoCluster.StartAsync(
            start => start.Arguments.AddRange([$"--Tls:TrustedCertificates={_authority.File}", "--Tls:AllowPlain=true", $"--Tls:Certificate={_authority.IssueFile("127.0.0.1")}"]),
            0,
            1,
            "shop");
        cluster.Arguments.Clear();
        var port = FreePort.Take();
        string[] fixedPort = [$"--Gateway:LanPort={port}", $"--Gateway:RegisterAddress:0=http://127.0.0.1:{cluster.RegisterPort}"];
        var plain = await cluster.AddGatewayAsync(fixedPort);
        await cluster.AnswersAsync();
        Assert.Equal(0, await plain.StopAsync());
        cluster.Gateways.Remove(plain);

        cluster.Arguments.AddRange([$"--Tls:TrustedCertificates={_authority.File}", $"--Tls:Certificate={_authority.IssueFile("127.0.0.1")}"]);
        await cluster.AddGatewayAsync($"--Gateway:LanPort={port}");
        await cluster.AnswersAsync();
    }

    [Fact]
    public async Task Status_OverTls_ListsTheClusterOrSaysWhomItDoesNotTrust()
    {
        await using var cluster = await StartAsync("--Tls:ClientCertificates=require");
        using var folder = new TemporaryFolder();
        string[] ask = ["status", "--register", $"127.0.0.1:{cluster.RegisterPort}", "--secret-key", PorticoCluster.SecretKey, "--timeout", "60", "--tls-certificate", _authority.IssueFile("127.0.0.1")];
        await using var trusting = RoleProcess.Launch("portico", "never", folder.Path, [.. ask, "--tls-trusted-certificates", _authority.File]);
        await using var mistaken = RoleProcess.Launch("portico", "never", folder.Path, [.. ask, "--tls-trusted-certificates", _stranger.File]);
        await using var senseless = RoleProcess.Launch("portico", "never", folder.Path, [.. ask, "--tls-trusted-certificates", "nowhere.pem"]);

        Assert.Equal((0, 1, 2), (await trusting.ExitAsync(), await mistaken.ExitAsync(), await senseless.ExitAsync()));
        Assert.Contains($"127.0.0.1:{cluster.GatewayInnerPort(cluster.Gateways[0])}", trusting.Log, StringComparison.Ordinal);
        Assert.Contains("is not trusted by " + _stranger.File, mistaken.Log, StringComparison.Ordinal);
        Assert.Contains("nowhere.pem", senseless.Log, StringComparison.Ordinal);
    }

    private Task<PorticoCluster> StartAsync(params string[] more) => PorticoCluster.StartAsync(
        cluster => cluster.Arguments.AddRange([$"--Tls:Certificate={_authority.IssueFile("127.0.0.1")}", $"--Tls:TrustedCertificates={_authority.File}", .. more]),
        1,
        1,
        "shop");

    private static async Task SendThroughTheLogAsync(PorticoCluster cluster)
    {
        using var caller = cluster.Caller();
        await caller.ProductAsync(7, "V_7", "Lamp");
        await using var buyer = await TestClient.ShakeHandsAsync(
            cluster.WebSocketAddress(cluster.Gateways[0], "/?token=" + HttpCaller.Token("U_7", DateTimeOffset.UtcNow.AddHours(1))), "portico.v1");
        await buyer.SendAsync("""{"type":"send","toClientUid":"V_7","content":"over TLS","client_msg_id":"tls1"}""");
        Assert.Equal("tls1", (await buyer.ReceiveTypeAsync("ack")).GetProperty("client_msg_id").GetString());
    }

    private static async Task<NetworkStream> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port).Guarded();
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<int> ReceiveAsync(int port, ReadOnlyMemory<byte> sent)
    {
        await using var stream = await ConnectAsync(port);
        await stream.WriteAsync(sent).AsTask().Guarded();
        try
        {
            return await stream.ReadAsync(new byte[64]).AsTask().Guarded();
        }
        catch (IOException)
        {
            // Closed with bytes unread is a reset.
            return 0;
        }
    }
}
