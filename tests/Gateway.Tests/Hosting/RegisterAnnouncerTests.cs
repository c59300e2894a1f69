using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests.Hosting;

public sealed class RegisterAnnouncerTests
{
    [Fact]
    public async Task Lines_Register_IsToldAndToldAgainAfterItsRestart()
    {
        using var register = new TcpListener(IPAddress.Loopback, 0);
        register.Start();
        var address = register.LocalEndpoint.ToString()!;
        await using var gateway = await RunningGateway.StartAsync(
            1, ("Gateway:RegisterAddress:0:Address", address), ("Gateway:RegisterAddress:0:Protocol", "gatewayworker"));

        using (var first = await register.AcceptTcpClientAsync().Guarded())
        {
            Assert.Contains(gateway.Inner, await ReadLineAsync(first), StringComparison.Ordinal);
        }

        using var second = await register.AcceptTcpClientAsync().Guarded();
        var line = await ReadLineAsync(second);
        Assert.Contains("gateway_connect", line, StringComparison.Ordinal);
        Assert.Contains(gateway.Inner, line, StringComparison.Ordinal);
    }

    private static async Task<string> ReadLineAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8, leaveOpen: true);
        return (await reader.ReadLineAsync().Guarded())!;
    }

    [Fact]
    public async Task Grpc_Register_IsToldRenewedAndToldAgainAfterItsRestart()
    {
        var port = FreePort.Take();
        var heard = Channel.CreateUnbounded<string>();
        var register = await StartRegisterAsync(port, heard.Writer);
        await using var gateway = await RunningGateway.StartAsync(
            1, ("Gateway:RegisterAddress:0", $"127.0.0.1:{port}"), ("SecretKey", "the key"));

        // Announced, then renewed well within the lease.
        Assert.Equal(gateway.Inner, await heard.Reader.ReadAsync().AsTask().Guarded());
        Assert.Equal(gateway.Inner, await heard.Reader.ReadAsync().AsTask().Guarded());
        await register.StopAsync().Guarded();
        await register.DisposeAsync();
        while (heard.Reader.TryRead(out _))
        {
        }

        await using var restarted = await StartRegisterAsync(port, heard.Writer);

        Assert.Equal(gateway.Inner, await heard.Reader.ReadAsync().AsTask().Guarded());
    }

    [Fact]
    public async Task Grpc_RegisterSaysThatTheAddressIsOfNoUse_TheGatewayStopsWithTheReason()
    {
        var port = FreePort.Take();
        await using var register = await StartRegisterAsync(
            port, Channel.CreateUnbounded<string>().Writer, new RpcException(RpcStatusCode.FailedPrecondition, "127.0.0.1:2900 is a loopback address"));
        using var folder = new TemporaryFolder();
        await using var gateway = RoleProcess.Launch(
            "Portico.Gateway", "never", folder.Path, $"--Gateway:RegisterAddress:0=127.0.0.1:{port}", "--SecretKey=the key", "--Gateway:Listen:0=text://127.0.0.1:0", "--Gateway:LanPort=0");

        Assert.Equal(1, await gateway.ExitAsync());
        await gateway.SeenAsync("portico gateway cannot run:");
        await gateway.SeenAsync("Gateway:LanIp cannot be announced at register");
    }

    [Fact]
    public async Task Grpc_AnotherGatewayHasTheAddress_NotReadyUntilItIsFree()
    {
        var port = FreePort.Take();
        var register = await StartRegisterAsync(port, Channel.CreateUnbounded<string>().Writer, new RpcException(RpcStatusCode.AlreadyExists, "another gateway"));
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:RegisterAddress:0", $"127.0.0.1:{port}"), ("SecretKey", "the key"));

        await Guard.UntilAsync(() => gateway.Missing == "another gateway has announced the same address", "that it is not ready");

        await register.StopAsync().Guarded();
        await register.DisposeAsync();
        await using var free = await StartRegisterAsync(port, Channel.CreateUnbounded<string>().Writer);
        await Guard.UntilAsync(() => gateway.Missing is null, "readiness when the address is free");
    }

    private static async Task<WebApplication> StartRegisterAsync(int port, ChannelWriter<string> heard, RpcException? refusal = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapRpcDuplex(
            "/portico.register.v1.Register/Announce",
            async call =>
            {
                await call.StartAsync();
                await foreach (var request in call.ReadAllAsync<AnnounceRequest>())
                {
                    heard.TryWrite(request.Address);
                    if (refusal is not null)
                    {
                        throw new RpcException(refusal.Status);
                    }

                    await call.WriteAsync(new AnnounceReply { Version = 1, LeaseMilliseconds = 600 });
                }
            },
            new RpcServerOptions { SecretKey = new RpcSecretKey("the key") });
        await app.StartAsync().Guarded();
        return app;
    }
}
