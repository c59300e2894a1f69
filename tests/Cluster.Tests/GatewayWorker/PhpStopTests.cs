using System.Diagnostics;
using Portico.Support;

namespace Portico.Cluster.Tests.GatewayWorker;

/// <summary>PHP workers, whose onClose asks the gateway, outlive the stop of a gateway: their questions are answered until they have asked all.</summary>
public sealed class PhpStopTests
{
    private const int Many = 300;

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("drain")]
    public async Task Gateway_Stopped_AnswersWhatWorkersAskAboutItsClients(string how)
    {
        Assert.SkipWhen(PhpCluster.WhyNot is not null, PhpCluster.WhyNot ?? "");
        await using var cluster = await PhpCluster.StartAsync("a secret");
        using var first = await cluster.WorkAsync("stop.php", "stop:0");
        using var second = await cluster.WorkAsync("stop.php", "stop:1");
        List<LineClient> clients = [];
        for (var i = 0; i < Many; i++)
        {
            var client = await LineClient.ConnectAsync(cluster.Text[1]);
            await client.SendAsync("hello");
            Assert.Equal("php hello", await client.ReceiveAsync());
            clients.Add(client);
        }

        using var other = await LineClient.ConnectAsync(cluster.Text[0]);
        using var ended = new CancellationTokenSource();
        var talking = TalkAsync(other, ended.Token);

        Assert.Equal(0, how == "drain" ? await cluster.DrainAsync(1) : await cluster.StopAsync(1));

        List<string> said = [await NextAsync(first), await NextAsync(second)];
        await ended.CancelAsync();
        Assert.True(await talking > 0);
        Assert.All(said, line => Assert.StartsWith("link ended", line, StringComparison.Ordinal));
        int[] numbers = [.. said.SelectMany(line => line.Split(' ')).Where(word => int.TryParse(word, out _)).Select(int.Parse)];
        Assert.Equal((Many, Many), (numbers[0] + numbers[2], numbers[1] + numbers[3]));
        Assert.Equal((false, false), (first.HasExited, second.HasExited));
        clients.ForEach(client => client.Dispose());
        first.Kill();
        second.Kill();
    }

    private static async Task<string> NextAsync(Process worker) => await worker.StandardOutput.ReadLineAsync().Guarded() ?? "it has ended";

    // Each message has its answer before the next is sent.
    private static async Task<int> TalkAsync(LineClient client, CancellationToken ended)
    {
        var count = 0;
        while (!ended.IsCancellationRequested)
        {
            await client.SendAsync($"m{count}");
            Assert.Equal($"php m{count++}", await client.ReceiveAsync());
        }

        return count;
    }
}
