using System.Globalization;
using Portico.Cluster.Tests.Support;

namespace Portico.Cluster.Tests;

/// <summary>The client side against the checkers of bench/lab: every rule of RFC 6455 and RFC 7692, and a battery of abuse.</summary>
[Collection(RunsAlone.Name)]
public sealed class ConformanceTests
{
    private const string Conformance = "ws_conformance.py";
    private const string Abuse = "ws_abuse.py";

    // The largest of the cases: all of them are echoed.
    private const int LargestMessage = 16 * 1024 * 1024;

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task WebSocket_EveryCase_PassesStrictly(string transport)
    {
        Assert.SkipWhen(LabTool.Missing is not null, LabTool.Missing ?? "");
        Assert.SkipWhen(transport == "epoll" && !OperatingSystem.IsLinux(), "epoll is Linux's");
        var limit = LargestMessage.ToString(CultureInfo.InvariantCulture);
        await using var cluster = await StartAsync($"--Gateway:Transport={transport}", $"--Gateway:MaxMessageSize={limit}");
        var url = cluster.WebSocketAddress(cluster.Gateways[0], "/playground");

        // Fewer messages for each kind of compression than by hand: the kinds are what counts.
        var (exitCode, output) = await LabTool.RunAsync(
            Conformance, "--url", url, "--sections", "all", "--jobs", "8", "--pmd-messages", "5", "--max-message", limit);

        Assert.True(exitCode == 0, output);
        Assert.Contains(", 0 failed", output, StringComparison.Ordinal);
        Assert.Contains("non-strict 0,", output, StringComparison.Ordinal);
        Assert.Contains("skipped 0,", output, StringComparison.Ordinal);
        Assert.Empty(cluster.UnexpectedErrors());
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task WebSocket_Abused_ServesTheOthersAndKeepsItsMemory(string transport)
    {
        Assert.SkipWhen(LabTool.Missing is not null, LabTool.Missing ?? "");
        Assert.SkipWhen(transport == "epoll" && !OperatingSystem.IsLinux(), "epoll is Linux's");
        await using var cluster = await StartAsync($"--Gateway:Transport={transport}");
        var gateway = cluster.Gateways[0];

        // The canary's limit is there to find what hangs; less would measure the machine.
        var (exitCode, output) = await LabTool.RunAsync(
            Abuse,
            "--url",
            cluster.WebSocketAddress(gateway, "/playground"),
            "--pid",
            gateway.Id.ToString(CultureInfo.InvariantCulture),
            "--max-growth-mib",
            "64",
            "--canary-limit",
            "60");

        Assert.True(exitCode == 0, output);
        Assert.Contains("14 passed, 0 failed", output, StringComparison.Ordinal);
        Assert.False(gateway.HasExited);
        Assert.Empty(cluster.UnexpectedErrors());
    }

    private static async Task<PorticoCluster> StartAsync(params string[] gateway)
    {
        var cluster = await PorticoCluster.StartAsync(gateways: 0, workers: 1, "playground=/", "playground");
        await cluster.AddGatewayAsync(gateway);
        await cluster.AnswersAsync();
        return cluster;
    }
}
