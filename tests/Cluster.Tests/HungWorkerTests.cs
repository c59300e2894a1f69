using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>A worker's process that hangs without leaving.</summary>
[Collection(RunsAlone.Name)]
public sealed class HungWorkerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Worker_StoppedBySignal_ItsClientsAreServedByTheOtherAndNothingComesTwice(bool overTls)
    {
        using var authority = new TestAuthority();
        await using var cluster = await PorticoCluster.StartAsync(
            start =>
            {
                if (overTls)
                {
                    start.Arguments.AddRange([$"--Tls:Certificate={authority.IssueFile("127.0.0.1")}", $"--Tls:TrustedCertificates={authority.File}"]);
                }
            },
            0,
            2,
            "playground=/");
        var gateway = await cluster.AddGatewayAsync("--Gateway:Limits:WorkerSeconds=5");
        await gateway.SeenAsync("Worker Worker1:");
        await gateway.SeenAsync("Worker Worker2:");
        await using var crowd = await EchoCrowd.ConnectAsync(cluster.WebSocketAddress(gateway), 40);
        await crowd.MoreAsync(400);

        cluster.Workers[0].Freeze();
        await crowd.MoreAsync(400);
        await gateway.SeenAsync("hangs on loop");
        await crowd.AllGoOnAsync();

        // What it had begun to say reaches nobody; it dials again and serves.
        cluster.Workers[0].Thaw();
        await crowd.AllGoOnAsync();
        await crowd.FinishAsync();
    }
}
