using Portico.Support;

namespace Portico.Gateway.Tests.Loops;

public sealed class AcceptGateTests
{
    [Fact]
    public async Task Accepts_WithoutWorker_AreSlowedButAllComeIn()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:AcceptsWithoutWorker", "20"));
        var clients = new List<RawClient>();
        for (var i = 0; i < 10; i++)
        {
            clients.Add(await RawClient.ConnectAsync(gateway.TextPort));
        }

        using var worker = await ScriptedWorker.AttachAsync(gateway);

        // Those that waited in the kernel's queue come in too.
        for (var i = 0; i < clients.Count; i++)
        {
            await worker.NextAsync(Portico.Contracts.Protos.Gateway.EventKind.Connect);
        }

        clients.ForEach(client => client.Dispose());
    }
}
