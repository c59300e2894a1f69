using System.Net.Sockets;
using System.Text;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>Callers that go away in the middle of what they send.</summary>
public sealed class AbortedRequestTests
{
    private const string Key = "a-key-of-this-test";

    [Theory]
    [InlineData("Content-Length: 1000000")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task Upload_CutOffInTheMiddle_LeavesNothingInTheLog(string length)
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Take();
        await using var role = await RoleProcess.StartAsync(
            "Portico.WebApi", "web-api", folder.Path, $"--WebApi:Listen=http://127.0.0.1:{port}", $"--WebApi:InnerListen=127.0.0.1:{FreePort.Take()}",
            $"--WebApi:ApiKeys:0={Key}", $"--WebApi:RegisterAddress:0=127.0.0.1:{FreePort.Take()}");
        var before = role.Log.Split('\n').Length;
        for (var i = 0; i < 20; i++)
        {
            using var caller = await RawClient.ConnectAsync(port);
            await caller.SendAsync(Encoding.ASCII.GetBytes(
                $"POST /api/v1/uploads?uid=U_1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Api-Key: {Key}\r\nExpect: 100-continue\r\nContent-Type: image/png\r\n{length}\r\n\r\n"));

            // The body is being read when this comes.
            Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(await caller.ReceiveAsync(12)), StringComparison.Ordinal);
            await caller.SendAsync("400\r\nsome bytes"u8.ToArray());
            caller.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        Assert.Equal(0, await role.StopAsync());
        Assert.DoesNotContain("xception", role.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", role.Log, StringComparison.Ordinal);
        Assert.True(role.Log.Split('\n').Length < before + 10, role.Log);
    }
}
