using System.Net;
using System.Net.Sockets;
using System.Text;
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
}
