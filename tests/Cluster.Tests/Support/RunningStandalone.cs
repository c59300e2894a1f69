using Portico.Support;

namespace Portico.Cluster.Tests.Support;

/// <summary>A standalone on free loopback ports, in a folder of the test; its data is in <c>data</c>.</summary>
internal sealed class RunningStandalone(RoleProcess process, int register, int clients, int inner, int http, int messageLog) : IAsyncDisposable
{
    public RoleProcess Process => process;

    public int Register => register;

    public int Clients => clients;

    public int Inner => inner;

    public int MessageLog => messageLog;

    public Uri Http => new($"http://127.0.0.1:{http}/");

    public static async Task<RunningStandalone> StartAsync(TemporaryFolder folder, params string[] more)
    {
        var (register, clients, inner, http, log) = (FreePort.Take(), FreePort.Take(), FreePort.Take(), FreePort.Take(), FreePort.Take());
        var process = await RoleProcess.StartAsync(
            "Portico.Standalone",
            "Portico is ready",
            folder.Path,
            [
                $"--Register:Listen=127.0.0.1:{register}",
                $"--Gateway:Listen:0=websocket://127.0.0.1:{clients}",
                $"--Gateway:LanPort={inner}",
                $"--WebApi:Listen=http://127.0.0.1:{http}",
                $"--WebApi:InnerListen=127.0.0.1:{log}",
                .. more,
            ]);
        return new RunningStandalone(process, register, clients, inner, http, log);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
