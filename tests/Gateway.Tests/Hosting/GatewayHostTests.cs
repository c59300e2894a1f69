using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Gateway.Hosting;
using Portico.Hosting;
using Portico.Support;

namespace Portico.Gateway.Tests.Hosting;

public sealed class GatewayHostTests
{
    [Fact]
    public async Task Stop_WithClientsConnected_TellsThemAndTheWorkerFirst()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:StopSeconds", "7"), ("Gateway:Limits:ClosingSeconds", "60"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);
        await worker.AckAsync(1);

        var stopping = gateway.StopAsync();
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.Socket.CloseStatus);
        await client.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).Guarded();

        Assert.Equal(1001u, (await worker.NextAsync(EventKind.Close)).CloseCode);
        Assert.Equal(RpcStatusCode.Unavailable, await worker.EndAsync());
        await stopping.Guarded();
    }

    [Fact]
    public async Task Stop_WhileTheWorkerHandlesAMessage_TheAnswerComesBeforeTheGoodbye()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:StopSeconds", "7"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var asking = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var connection = (await worker.NextAsync(EventKind.WebsocketConnect)).Connection;
        await using var idle = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);
        await asking.SendAsync("question");
        var (sequence, _) = await worker.NextAsync();
        await worker.AckAsync(sequence - 1);

        // Whoever waits for nothing is told at once: the other is still there.
        var stopping = gateway.StopAsync();
        Assert.Null(await idle.ReceiveAsync());
        await worker.SendAsync(new WorkerMessage
        {
            Ack = new EventAck { Through = sequence },
            Commands = { new Command { Kind = CommandKind.SendToClient, Connection = connection, Body = Google.Protobuf.ByteString.CopyFromUtf8("answer") } },
        });

        Assert.Equal("answer", await asking.ReceiveAsync());
        Assert.Null(await asking.ReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, asking.Socket.CloseStatus);
        await stopping.Guarded();
    }

    [Fact]
    public async Task Stop_WithAClientThatDoesNotAnswer_EndsAnyway()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:StopSeconds", "1"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        using var client = await RawClient.ConnectAsync(gateway.TextPort);
        await worker.NextAsync(EventKind.Connect);

        await gateway.StopAsync();

        Assert.Empty(await client.ReceiveToEndAsync());
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Connections_OverTheLimit_AreTurnedAwayUntilOneLeaves(string transport)
    {
        Assert.SkipWhen(transport == "epoll" && !OperatingSystem.IsLinux(), "epoll is Linux's");
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:Connections", "2"), ("Gateway:Transport", transport));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        var first = await RawClient.ConnectAsync(gateway.TextPort);
        using var second = await RawClient.ConnectAsync(gateway.TextPort);
        await worker.NextAsync(EventKind.Connect);
        await worker.NextAsync(EventKind.Connect);

        using (var third = await RawClient.ConnectAsync(gateway.TextPort))
        {
            Assert.Empty(await third.ReceiveToEndAsync());
        }

        first.Dispose();
        await worker.NextAsync(EventKind.Close);
        using var fourth = await RawClient.ConnectAsync(gateway.TextPort);
        await worker.NextAsync(EventKind.Connect);
    }

    [Fact]
    public async Task InnerPort_HostileBytes_HarmNobody()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var canary = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);
        var random = new Random(20261121);
        var preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

        for (var i = 0; i < 200; i++)
        {
            using var hostile = await RawClient.ConnectAsync(gateway.InnerPort);
            var noise = new byte[random.Next(1, 400)];
            random.NextBytes(noise);
            try
            {
                await hostile.SendAsync(i % 2 == 0 ? [.. preface, .. noise] : noise);
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Cut off already: also an answer.
            }
        }

        await canary.SendAsync("alive");
        Assert.Equal("alive", await worker.NextTextAsync());
    }

    [Fact]
    public async Task WorkerMessage_Noise_EndsOnlyThatLink()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var good = await ScriptedWorker.AttachAsync(gateway, "w:1");
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await good.NextAsync(EventKind.WebsocketConnect);
        var random = new Random(20261121);

        for (var i = 0; i < 50; i++)
        {
            using var bad = await ScriptedWorker.AttachAsync(gateway, "w:bad");
            var noise = new byte[random.Next(1, 200)];
            random.NextBytes(noise);
            RpcFraming.WritePrefix(bad.Call.Requests.GetSpan(5), noise.Length);
            bad.Call.Requests.Advance(5);
            await bad.Call.Requests.WriteAsync(noise);
            await bad.Call.Requests.FlushAsync();
        }

        await client.SendAsync("alive");
        Assert.Equal("alive", await good.NextTextAsync());
    }

    [Fact]
    public async Task Listen_WithCertificate_SpeaksTls()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("own.pfx");
        string thumbprint;
        using (var key = RSA.Create(2048))
        {
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
            thumbprint = made.Thumbprint;
            await File.WriteAllBytesAsync(file, made.Export(X509ContentType.Pfx, "secret"), CancellationToken.None);
        }

        await using var gateway = await RunningGateway.StartAsync(
            1, ("Gateway:Listen:0:Url", "wss://127.0.0.1:0"), ("Gateway:Listen:0:Certificate", file), ("Gateway:Listen:0:CertificatePassword", "secret"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        using var client = new ClientWebSocket();
        client.Options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == thumbprint;

        await client.ConnectAsync(new Uri(gateway.WebSocketUrl), CancellationToken.None).Guarded();
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None).Guarded();

        Assert.Equal("wss://127.0.0.1:0", (await worker.NextAsync(EventKind.WebsocketConnect)).State.Origin.Listener);
        Assert.Equal("hello", await worker.NextTextAsync());
    }

    [Fact]
    public async Task Start_InnerPortIsThatOfAClientListener_NamesTheKey()
    {
        var port = FreePort.Take();
        var settings = new Dictionary<string, string?> { ["Gateway:Listen:0"] = $"websocket://127.0.0.1:{port}", ["Gateway:LanPort"] = $"{port}" };
        using var host = GatewayHost.Build(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => host.StartAsync(CancellationToken.None)).Guarded();

        Assert.StartsWith("Gateway:L", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_WithWrongValues_NamesEveryOne()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Gateway:Listen:0"] = "websocket//0.0.0.0",
            ["Gateway:LanIp"] = "localghost",
            ["Gateway:LanPort"] = "70000",
            ["Gateway:InnerListen"] = "0.0.0.0",
            ["Gateway:RegisterAddress:0"] = "nowhere",
            ["Gateway:Router"] = "best",
            ["Gateway:MaxMessageSize"] = "99999999",
            ["Gateway:Limits:ParkedSeconds"] = "soon",
        };

        var fault = Assert.Throws<ConfigurationException>(() => GatewayHost.Build(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));

        string[] keys =
        [
            "Gateway:Listen:0", "Gateway:LanIp", "Gateway:LanPort", "SecretKey", "Gateway:RegisterAddress:0", "Gateway:Router", "Gateway:MaxMessageSize",
            "Gateway:Limits:ParkedSeconds",
        ];
        Assert.All(keys, key => Assert.Contains(fault.Faults, sentence => sentence.StartsWith(key + " is ", StringComparison.Ordinal)));
        Assert.Equal(keys.Length, fault.Faults.Count);
        Assert.Contains(fault.Faults, sentence => sentence.Contains("least-connections, random", StringComparison.Ordinal));
    }

    [Fact]
    public void Defaults_File_HoldsEveryOptionWithItsDefault()
    {
        var file = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.gateway.json")).Build();
        var none = new ConfigurationBuilder().AddInMemoryCollection([]).Build();

        var fromFile = GatewayOptionsReader.Read(file);
        var fromNothing = GatewayOptionsReader.Read(none);

        Assert.Equal(fromNothing.Limits, fromFile.Limits);
        Assert.Equal(fromNothing.Listen.Select(entry => entry.Url), fromFile.Listen.Select(entry => entry.Url));
        Assert.Equal(fromNothing.Listen[0].PingInterval, fromFile.Listen[0].PingInterval);
        Assert.Equal(fromNothing.Registers, fromFile.Registers);
        Assert.Equal(
            (fromNothing.LanIp, fromNothing.LanPort, fromNothing.InnerListen, fromNothing.Router, fromNothing.Loops, fromNothing.Transport, fromNothing.SecretKey.Own),
            (fromFile.LanIp, fromFile.LanPort, fromFile.InnerListen, fromFile.Router, fromFile.Loops, fromFile.Transport, fromFile.SecretKey.Own));
        var limits = file.GetSection("Gateway:Limits").GetChildren().Select(child => child.Key).ToHashSet();
        var properties = typeof(LimitOptions).GetProperties().Select(property => property.Name).Except(["MessageBytes", "OutboxBytes"]);
        Assert.Equal(properties.Order(), limits.Order());
    }
}
