using Microsoft.Extensions.DependencyInjection;
using Portico.Client;
using Portico.Contracts.Results;
using Portico.Hosting;
using Portico.Support;

namespace Portico.BusinessWorker.Tests.Hosting;

/// <summary>A worker is ready when a register has answered, and says of gateways that it has no link to that they were not asked.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task Readiness_UntilARegisterHasAnswered_SaysWhatIsMissing()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        var answers = new TaskCompletionSource();
        gateway.RegisterAnswers = answers.Task;
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var readiness = worker.Services.GetRequiredService<RoleReadiness>();
        var client = worker.Services.GetRequiredService<IGatewayClient>();

        Assert.Equal("no register has answered yet", readiness.Missing);
        var receipt = await client.SendToUidAsync("U_1", "lost?");
        Assert.Equal((CommandStatus.NoGateway, false, 0), (receipt.Status, receipt.IsComplete, receipt.Delivered));
        Assert.False((await client.IsUidOnlineAsync("U_1")).IsComplete);

        answers.SetResult();
        await Guard.UntilAsync(() => readiness.Missing is null, "readiness");
    }

    [Fact]
    public async Task Post_BeforeTheGatewaysAreKnown_GoesToEveryLoopInOrderOnceTheyAre()
    {
        await using var gateway = await ScriptedGateway.StartAsync(2);
        var answers = new TaskCompletionSource();
        gateway.RegisterAnswers = answers.Task;
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var posts = worker.Services.GetRequiredService<Portico.BusinessWorker.Events.IGatewayPosts>();

        await posts.ToUidAsync("U_1", "first"u8);
        await posts.ToAllAsync("second"u8);
        answers.SetResult();

        foreach (var link in new[] { await gateway.LinkAsync(), await gateway.LinkAsync() })
        {
            var (first, second) = (await link.CommandAsync(), await link.CommandAsync());
            Assert.Equal(("U_1", "first", "second"), (first.Names.Single(), first.Body.ToStringUtf8(), second.Body.ToStringUtf8()));
        }
    }

    [Fact]
    public async Task Send_AListedGatewayHasNoLink_IsNotComplete()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        gateway.Others = [$"127.0.0.1:{FreePort.Take()}"];
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var client = worker.Services.GetRequiredService<IGatewayClient>();
        _ = await gateway.LinkAsync();

        var asked = client.WithTimeout(TimeSpan.FromMilliseconds(1)).SendToUidAsync("U_1", "to both");

        var receipt = await asked.Guarded();
        Assert.Equal(2, receipt.Gateways.Count);
        Assert.False(receipt.IsComplete);
        Assert.Equal(CommandStatus.GatewayGone, receipt.Gateways.Single(one => one.Address.ToString() == gateway.Others[0]).Status);
    }
}
