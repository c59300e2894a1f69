using Microsoft.Extensions.DependencyInjection;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;
using Portico.Support;

namespace Portico.BusinessWorker.Tests.Links;

public sealed class GatewayLinkTests
{
    [Fact]
    public async Task Run_StreamEnds_IsMadeAgainWithTheSameKeyAndInstance()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var first = await gateway.LinkAsync();

        first.End();

        var second = await gateway.LinkAsync();
        Assert.Equal(first.Attach, second.Attach);
        await second.SendAsync(ScriptedLink.Open(5), ScriptedLink.Message(5, "still there"));
        Assert.Equal("still there", (await second.CommandAsync()).Body.ToStringUtf8());
    }

    [Fact]
    public async Task Probe_WhileOneCallbackAwaits_IsAnswered()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        var made = new TaskCompletionSource<RecordingEvents>();
        await using var worker = await TestWorker.StartAsync(gateway, ["recording"], RecordingEvents.Register(made));
        var link = await gateway.LinkAsync();
        Assert.True(link.Attach.AnswersProbes);
        var module = await made.Task.Guarded();

        await link.SendAsync(ScriptedLink.Open(5, "/recording"), ScriptedLink.Message(5, "wait x"));
        await link.SendAsync(new GatewayMessage { Probe = 1 });
        Assert.Equal(1ul, await link.ProbedAsync());

        module.Gates["wait x"].SetResult();
        await link.AckedAsync(2);
    }

    [Fact]
    public async Task Attach_TwoWorkersOfOneName_HaveKeysOfTheirOwn()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var one = await TestWorker.StartAsync(gateway, ["playground"]);
        await using var two = await TestWorker.StartAsync(gateway, ["playground"]);

        Assert.NotEqual((await gateway.LinkAsync()).Attach.WorkerKey, (await gateway.LinkAsync()).Attach.WorkerKey);
    }

    [Fact]
    public async Task Stop_CallbackStillAwaits_LeavesFirstThenFinishesAndAcknowledges()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        var made = new TaskCompletionSource<RecordingEvents>();
        var worker = await TestWorker.StartAsync(gateway, ["recording"], RecordingEvents.Register(made));
        var link = await gateway.LinkAsync();
        var module = await made.Task.Guarded();
        await link.SendAsync(ScriptedLink.Open(5, "/recording"), ScriptedLink.Message(5, "wait x"));
        await Guard.UntilAsync(() => module.Gates.Count == 1, "the callback awaits");

        var stopping = worker.StopAsync();
        await link.Leaving;
        module.Gates["wait x"].SetResult();
        await stopping.Guarded();

        await link.AckedAsync(2);
        var seen = new List<string>();
        while (module.Seen.Reader.TryRead(out var what))
        {
            seen.Add(what.Split(' ')[0]);
        }

        Assert.Equal(["start", "connect", "websocket", "wait", "stop"], seen);
        await worker.DisposeAsync();
    }

    [Fact]
    public async Task Run_GatewaySendsNonsense_LinkEndsAndIsMadeAgain()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var link = await gateway.LinkAsync();

        await link.SendAsync(new Event { Kind = EventKind.Message, Connection = 5, BodyPart = 77 });

        await gateway.LinkAsync();
    }

    [Fact]
    public async Task Start_GatewayAndLogAway_WorkerServesOnceTheyCome()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var worker = await TestWorker.StartAsync(gateway, ["shop"], log: $"http://127.0.0.1:{FreePort.Take()}");
        var link = await gateway.LinkAsync();

        await link.SendAsync(
            ScriptedLink.Open(5, "/", "portico.v1", uid: "U_1"),
            ScriptedLink.Message(5, "{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"x\",\"c_type\":1}"),
            ScriptedLink.Message(5, "{\"type\":\"handshake\"}", 3));

        // The client is told nothing of the inside.
        Assert.Equal(
            """{"type":"error","code":"unavailable","message":"The message log is away for the moment; try again."}""", (await link.CommandAsync()).Body.ToStringUtf8());
        Assert.Contains("handshake", (await link.CommandAsync()).Body.ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_CommandOfOneClient_GoesToItsLoopAndIsAnswered()
    {
        await using var gateway = await ScriptedGateway.StartAsync(2);
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        _ = await gateway.LinkAsync();
        var second = await gateway.LinkAsync();
        var commands = worker.Services.GetRequiredService<IGatewayCommands>();
        var address = GatewayAddress.Parse(gateway.Address);
        await Guard.UntilAsync(() => Attached(worker) == 2, "both loops are attached");

        var bind = commands.ExecuteAsync(address, new Command { Kind = CommandKind.BindUid, Connection = 5, Names = { "U_1" } }, Guard.Limit, CancellationToken.None);
        var command = await second.CommandAsync();
        await second.SendAsync(new GatewayMessage { Results = { new CommandResult { Id = command.Id, Delivered = 1 } } });

        Assert.Equal((5u, "U_1"), (command.Connection, command.Names.Single()));
        Assert.Equal(1, (await bind.Guarded()).Delivered);
    }

    [Fact]
    public async Task Execute_CommandForAll_AnswersOfAllLoopsArePutTogether()
    {
        await using var gateway = await ScriptedGateway.StartAsync(2);
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var first = await gateway.LinkAsync();
        var second = await gateway.LinkAsync();
        var commands = worker.Services.GetRequiredService<IGatewayCommands>();
        var address = GatewayAddress.Parse(gateway.Address);
        await Guard.UntilAsync(() => Attached(worker) == 2, "both loops are attached");

        var list = commands.ExecuteAsync(address, new Command { Kind = CommandKind.ListGroups }, Guard.Limit, CancellationToken.None);
        var one = await first.CommandAsync();
        var two = await second.CommandAsync();
        await first.SendAsync(new GatewayMessage { Results = { new CommandResult { Id = one.Id, More = true, Counts = { new NamedCount { Name = "a", Count = 2 } } } } });
        await second.SendAsync(new GatewayMessage { Results = { new CommandResult { Id = two.Id, Counts = { new NamedCount { Name = "a", Count = 3 }, new NamedCount { Name = "b", Count = 1 } } } } });
        await first.SendAsync(new GatewayMessage { Results = { new CommandResult { Id = one.Id, Counts = { new NamedCount { Name = "c", Count = 4 } } } } });

        var outcome = await list.Guarded();
        Assert.Equal(["a 5", "b 1", "c 4"], outcome.Counts.Select(count => $"{count.Name} {count.Count}").Order());
    }

    [Fact]
    public async Task Execute_LinkEndsBeforeTheAnswer_IsGatewayGone()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var link = await gateway.LinkAsync();
        var commands = worker.Services.GetRequiredService<IGatewayCommands>();
        await Guard.UntilAsync(() => Attached(worker) == 1, "the loop is attached");

        var query = commands.ExecuteAsync(GatewayAddress.Parse(gateway.Address), new Command { Kind = CommandKind.IsOnline, Connection = 5 }, Guard.Limit, CancellationToken.None);
        await link.CommandAsync();
        link.End();

        Assert.Equal(Contracts.Results.CommandStatus.GatewayGone, (await query.Guarded()).Status);
        var unknown = await commands.ExecuteAsync(new GatewayAddress(1, 1), new Command { Kind = CommandKind.IsOnline }, Guard.Limit, CancellationToken.None).Guarded();
        Assert.Equal(Contracts.Results.CommandStatus.GatewayGone, unknown.Status);
    }

    private static int Attached(TestWorker worker) => worker.Services.GetRequiredService<BusinessWorker.Links.LinkTable>().All.Length;
}
