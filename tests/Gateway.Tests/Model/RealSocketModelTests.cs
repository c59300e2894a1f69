using System.Globalization;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Tests.Loops;
using Portico.Support;

namespace Portico.Gateway.Tests.Model;

/// <summary>
/// Random operations on a whole gateway with two loops over real sockets, against a model: no leak, no ghost, no lost frame. A bounded share
/// runs always; <c>PORTICO_MODEL_OPERATIONS=100000</c> sets how many. Descriptors are counted, so nothing else may run beside it.
/// </summary>
[CollectionDefinition(nameof(RealSocketModelTests), DisableParallelization = true)]
[Collection(nameof(RealSocketModelTests))]
public sealed class RealSocketModelTests
{
    private const int Loops = 2;
    private const int Usual = 3000;
    private const string Descriptors = "/proc/self/fd";

    [Theory]
    [InlineData("epoll", 20261122)]
    [InlineData("sockets", 31337)]
    public async Task Operations_AtRandomOnRealSockets_MatchTheModel(string transport, int seed)
    {
        Assert.SkipWhen(transport == "epoll" && !OperatingSystem.IsLinux(), "epoll is Linux's");
        var text = Environment.GetEnvironmentVariable("PORTICO_MODEL_OPERATIONS");
        var operations = int.TryParse(text, CultureInfo.InvariantCulture, out var set) ? set : Usual;
        await using var gateway = await RunningGateway.StartAsync(
            Loops,
            ("Gateway:Transport", transport),
            ("Gateway:PingInterval", "0"),
            ("Gateway:SendToClientBufferSize", "1073741824"),
            ("Gateway:Limits:GroupsPerClient", "5"),
            ("Gateway:Limits:ClosingSeconds", "60"));
        await using var worker = await ModelWorker.AttachAsync(gateway, Loops);
        using var caller = await ScriptedCaller.OpenAsync(gateway);
        var calls = new ModelCalls(caller);
        var run = new ModelRun(gateway, worker, calls, new Random(seed));

        // The first few make what lives as long as the process.
        await run.StepsAsync(200);
        await run.FinishAsync();
        var before = Count();
        await run.StepsAsync(operations);
        await run.FinishAsync();

        Assert.Equal(0u, await calls.AskAsync(new Command { Kind = CommandKind.CountClients }));
        Assert.Equal(0u, await calls.AskAsync(new Command { Kind = CommandKind.CountUids }));
        await Guard.UntilAsync(() => Count() <= before, $"{before} descriptors as at the start");
    }

    /// <summary>Sockets and the like; the runtime opens a file for each assembly when it is first needed.</summary>
    private static int Count() => !Directory.Exists(Descriptors) ? 0 : Directory.EnumerateFileSystemEntries(Descriptors)
        .Count(entry => new FileInfo(entry).LinkTarget is { } target && !target.StartsWith('/'));
}
