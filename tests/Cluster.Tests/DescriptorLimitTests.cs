using System.Net.Sockets;
using System.Text;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>Roles on Kestrel whose peers take all descriptors that they may have: they live on, say so, and recover. The gateway's ports have tests of their own.</summary>
public sealed class DescriptorLimitTests
{
    private const int OpenFiles = 384;
    private const int Others = 60;
    private const string Worker = """{"event":"worker_connect","secret_key":""}""" + "\n";

    [Fact]
    public async Task Register_MoreConnectionsThanDescriptors_LivesOnAndRecovers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "lowers a limit of Linux");
        using var folder = new TemporaryFolder();
        var port = FreePort.Take();
        await using var register = await RoleProcess.StartWithAsync(OpenFiles, "Portico.Register", "is ready", folder.Path, $"--Register:Listen=127.0.0.1:{port}");

        await FloodAsync(register, "Register:Listen accepts nobody", Worker, port);

        using var worker = await LineClient.ConnectAsync(port);
        await worker.SendAsync(Worker.TrimEnd('\n'));
        Assert.Contains("broadcast_addresses", await worker.ReceiveAsync(), StringComparison.Ordinal);
        Assert.False(register.HasExited, register.Log);
    }

    [Fact]
    public async Task WebApi_MoreConnectionsThanDescriptorsOnAllItsPorts_LivesOnAndRecovers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "lowers a limit of Linux");
        using var folder = new TemporaryFolder();
        int[] ports = [FreePort.Take(), FreePort.Take(), FreePort.Take()];
        using var register = new TextRegister();
        await using var api = await RoleProcess.StartWithAsync(
            OpenFiles,
            "Portico.WebApi",
            "is ready",
            folder.Path,
            $"--WebApi:Listen:0=http://127.0.0.1:{ports[0]}",
            $"--WebApi:Listen:1=http://127.0.0.1:{ports[1]}",
            $"--WebApi:InnerListen=127.0.0.1:{ports[2]}",
            $"--WebApi:RegisterAddress:0={register.Address}",
            $"--WebApi:ApiKeys:0={PorticoCluster.ApiKey}",
            $"--DataFolder={folder.Path}");

        // Half a request each. Any of the ports may be the one that is asked last.
        await FloodAsync(api, "WebApi:Listen accepts nobody", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", ports);

        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{ports[1]}/openapi")).Guarded();
        Assert.True(answer.IsSuccessStatusCode, answer.StatusCode.ToString());
        Assert.False(api.HasExited, api.Log);
    }

    private static async Task FloodAsync(RoleProcess role, string says, string hello, params int[] ports)
    {
        var held = new List<TcpClient>();
        try
        {
            // More than there can be on the first; those beyond wait in the backlog, as all of the others do.
            foreach (var port in ports)
            {
                for (var i = 0; i < (port == ports[0] ? OpenFiles + 50 : Others); i++)
                {
                    var peer = new TcpClient();
                    held.Add(peer);
                    await peer.ConnectAsync("127.0.0.1", port).Guarded();
                    _ = await peer.Client.SendAsync(Encoding.ASCII.GetBytes(hello)).Guarded();
                }
            }

            await role.SeenAsync(says);
            Assert.False(role.HasExited, role.Log);
        }
        finally
        {
            held.ForEach(peer => peer.Dispose());
        }
    }
}
