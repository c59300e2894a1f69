using System.Text;
using Google.Protobuf;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;
using Portico.Support;
using CloseReason = Portico.Contracts.Results.CloseReason;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client.Tests;

/// <summary>What goes over the wire for each method (GatewayWorker protocol section 5), and what becomes of the answers.</summary>
public sealed class GatewayClientTests
{
    private static readonly ReadOnlyMemory<byte> Message = Encoding.UTF8.GetBytes("hello");

    [Fact]
    public async Task Sends_ToNames_GoToEveryGatewayWithItsOwnExcludes()
    {
        await using var first = await ScriptedGateway.StartAsync(ScriptedGateway.Done);
        await using var second = await ScriptedGateway.StartAsync(command => [new CommandResult { Id = command.Id, Delivered = 3 }]);
        await using var known = await FixedGateways.StartAsync(null, first.Address, second.Address);
        var client = new GatewayClient(known.Directory, Guard.Limit);

        var receipt = await client.SendToUidsAsync(
            ["a", "b", "a"],
            Message,
            new() { Binary = true, Exclude = [first.Client(7), second.Client(8)], Subprotocol = "portico.v1", ExceptSubprotocol = true },
            CancellationToken.None).Guarded();

        Assert.Equal(4, receipt.Delivered);
        Assert.True(receipt.IsComplete);
        Assert.Equal([first.Address, second.Address], receipt.Gateways.Select(gateway => gateway.Address));
        var there = Assert.Single(first.Seen);
        Assert.Equal(CommandKind.SendToUid, there.Kind);
        Assert.Equal(["a", "b", "a"], there.Names);
        Assert.Equal("hello", there.Body.ToStringUtf8());
        Assert.Equal([7U], there.Exclude);
        Assert.True(there.Binary && there.ExceptSubprotocol && !there.Raw);
        Assert.Equal("portico.v1", there.Subprotocol);
        Assert.Equal([8U], Assert.Single(second.Seen).Exclude);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task EveryCall_NoGatewayIsKnown_SaysSoAndNotThatNobodyIsThere(bool isRun, bool registerAnswers)
    {
        // Not run; run with a register that is not there; run with one that knows no gateway.
        using var register = new TextRegister();
        using var stop = new CancellationTokenSource();
        var watcher = new RegisterWatcher(
            new() { Registers = [registerAnswers ? register.Address : $"127.0.0.1:{FreePort.Take()}"] }, Microsoft.Extensions.Logging.Abstractions.NullLogger<RegisterWatcher>.Instance);
        var watching = isRun ? watcher.RunAsync(stop.Token) : Task.CompletedTask;
        if (registerAnswers)
        {
            _ = await watcher.NextAsync(0, stop.Token).Guarded();
        }

        using var directory = new GatewayDirectory(watcher, new());
        var client = new GatewayClient(directory);
        var target = new ClientId(GatewayAddress.Parse("127.0.0.1:2900"), 1);

        Task<Portico.Contracts.Results.SendReceipt>[] sends =
        [
            client.SendToAllAsync(Message), client.SendToUidsAsync(["a"], Message), client.SendToGroupsAsync(["g"], Message), client.SendToClientAsync(target, Message),
            client.SendToClientsAsync([target], Message), client.CloseUidAsync("a"), client.UngroupAsync("g"), client.BindUidAsync(target, "a"), client.CloseClientAsync(target),
        ];
        foreach (var receipt in await Task.WhenAll(sends).Guarded())
        {
            Assert.Equal((CommandStatus.NoGateway, false, 0), (receipt.Status, receipt.IsComplete, receipt.Delivered));
            Assert.Contains("no gateway is known", receipt.Gateways[0].Error, StringComparison.Ordinal);
        }

        Assert.False((await client.IsUidOnlineAsync("a").Guarded()).IsComplete);
        Assert.False((await client.CountClientsAsync().Guarded()).IsComplete);
        Assert.False((await client.GetUidsByGroupsAsync(["g"]).Guarded()).IsComplete);
        Assert.False((await client.GetSessionAsync(target).Guarded()).IsComplete);
        await stop.CancelAsync();
        await watching.Guarded();
    }

    [Fact]
    public async Task SendToClients_ClientsOfSeveralGateways_EachGatewayItsOwnAndUnknownOnesNamed()
    {
        await using var first = await ScriptedGateway.StartAsync(ScriptedGateway.Done);
        await using var second = await ScriptedGateway.StartAsync(ScriptedGateway.Done);
        await using var known = await FixedGateways.StartAsync(null, first.Address, second.Address);
        var client = new GatewayClient(known.Directory, Guard.Limit);
        var stranger = new ClientId(GatewayAddress.Parse("10.9.9.9:2900"), 1);

        var receipt = await client.SendToClientsAsync(
            [first.Client(1), first.Client(2), first.Client(1), stranger], Message, default, CancellationToken.None).Guarded();
        var nobody = await client.SendToClientsAsync([], Message, default, CancellationToken.None).Guarded();

        var there = Assert.Single(first.Seen);
        Assert.Equal(CommandKind.SendToAll, there.Kind);
        Assert.True(there.OnlyConnections);
        Assert.Equal([1U, 2U], there.Connections);
        Assert.Empty(second.Seen);
        Assert.Equal(CommandStatus.GatewayGone, receipt.Gateways.Single(gateway => gateway.Address == stranger.Gateway).Status);
        Assert.False(receipt.IsComplete);
        Assert.Empty(nobody.Gateways);
    }

    [Fact]
    public async Task Commands_ToOneClient_GoToItsGatewayOnly()
    {
        await using var first = await ScriptedGateway.StartAsync(ScriptedGateway.Done);
        await using var second = await ScriptedGateway.StartAsync(command =>
            [new CommandResult { Id = command.Id, Status = Portico.Contracts.Protos.Gateway.CommandStatus.NoSuchClient }]);
        await using var known = await FixedGateways.StartAsync(null, first.Address, second.Address);
        var client = new GatewayClient(known.Directory, Guard.Limit);
        var target = first.Client(5);

        await client.SendToClientAsync(target, "x", new() { Raw = true }).Guarded();
        await client.CloseClientAsync(target).Guarded();
        await client.CloseClientAsync(target, ReadOnlyMemory<byte>.Empty, CloseReason.Replaced).Guarded();
        await client.DestroyClientAsync(target).Guarded();
        await client.BindUidAsync(target, "u", onlyIfUnbound: true).Guarded();
        await client.UnbindUidAsync(target).Guarded();
        await client.UnbindUidAsync(target, "u").Guarded();
        await client.JoinGroupAsync(target, "g").Guarded();
        await client.LeaveGroupAsync(target, "g").Guarded();
        await client.SetSessionAsync(target, Message).Guarded();
        await client.UpdateSessionAsync(target, Message).Guarded();
        var unknown = await client.SendToClientAsync(second.Client(9), "x").Guarded();

        Assert.Equal(CommandStatus.NoSuchClient, unknown.Status);
        Assert.All(first.Seen, command => Assert.Equal(5U, command.Connection));
        Assert.Equal(
            [
                CommandKind.SendToClient, CommandKind.CloseClient, CommandKind.CloseClient, CommandKind.DestroyClient, CommandKind.BindUid,
                CommandKind.UnbindUid, CommandKind.UnbindUid, CommandKind.JoinGroup, CommandKind.LeaveGroup, CommandKind.SetSession, CommandKind.UpdateSession,
            ],
            first.Seen.Select(command => command.Kind));
        var seen = first.Seen.ToArray();
        Assert.True(seen[0].Raw);
        Assert.False(seen[1].HasBody);
        Assert.Equal(1000U, seen[1].CloseCode);
        Assert.True(seen[2].HasBody && seen[2].Body.IsEmpty);
        Assert.Equal((4009U, "replaced by a newer connection"), (seen[2].CloseCode, seen[2].CloseReason));
        Assert.True(seen[4].OnlyIfUnbound);
        Assert.Empty(seen[5].Names);
        Assert.Equal(["u"], seen[6].Names);
        Assert.Equal("hello", seen[9].Body.ToStringUtf8());
    }

    [Fact]
    public async Task Fanout_OneGatewayHangsOneIsDead_ResultNamesThemAndHoldsTheRest()
    {
        var clock = new FakeClock();
        await using var good = await ScriptedGateway.StartAsync(command => [new CommandResult { Id = command.Id, Delivered = 2, Count = 2 }]);
        await using var hung = await ScriptedGateway.StartAsync(_ => null);
        var dead = new GatewayAddress(0x7F000001, (ushort)FreePort.Take());
        await using var known = await FixedGateways.StartAsync(new() { Channel = new() { TimeProvider = clock } }, good.Address, hung.Address, dead);
        var client = new GatewayClient(known.Directory);

        var sending = client.SendToAllAsync(Message, default, CancellationToken.None);
        var counting = client.CountClientsAsync(CancellationToken.None);
        await Guard.UntilAsync(() => hung.Seen.Count == 2 && good.Seen.Count == 2, "both commands are there");

        // Behind them, so that time goes on only when the good one's answers and the dead one's refusal are known here.
        await ProbeAsync(known, good.Address, CommandStatus.Delivered);
        await ProbeAsync(known, dead, CommandStatus.GatewayGone);
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(sending.IsCompleted);
        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(0.1));
                return sending.IsCompleted && counting.IsCompleted;
            },
            "the deadline ends both calls");

        var receipt = await sending.Guarded();
        var count = await counting.Guarded();
        Assert.Equal(2, receipt.Delivered);
        Assert.Equal(
            [CommandStatus.Delivered, CommandStatus.TimedOut, CommandStatus.GatewayGone],
            receipt.Gateways.Select(gateway => gateway.Status));
        Assert.Equal(2, count.Value);
        Assert.False(count.IsComplete);
        Assert.Equal([hung.Address, dead], count.Failures.Select(failure => failure.Address));
    }

    [Fact]
    public async Task Queries_OverTwoGateways_AreGathered()
    {
        await using var first = await ScriptedGateway.StartAsync(command => [Answer(command, 1)]);
        await using var second = await ScriptedGateway.StartAsync(command => [Answer(command, 100)]);
        await using var known = await FixedGateways.StartAsync(null, first.Address, second.Address);
        var client = new GatewayClient(known.Directory, Guard.Limit);

        Assert.True((await client.IsOnlineAsync(first.Client(1)).Guarded()).Value);
        Assert.Equal("u", (await client.GetUidAsync(first.Client(1)).Guarded()).Value);
        Assert.Equal("sess", Encoding.UTF8.GetString((await client.GetSessionAsync(first.Client(1)).Guarded()).Value!.Value.Span));
        Assert.Equal([first.Client(1), second.Client(100)], (await client.GetClientIdsByUidAsync("u").Guarded()).Value);
        var online = (await client.AreUidsOnlineAsync(["u", "nobody", "u"]).Guarded()).Value;
        Assert.Equal((2, true, false), (online.Count, online["u"], online["nobody"]));
        Assert.Equal(["u"], (await client.GetUidsAsync().Guarded()).Value);
        Assert.Equal(1, (await client.CountUidsAsync().Guarded()).Value);
        Assert.Equal(1, (await client.CountUidsByGroupsAsync(["g"]).Guarded()).Value);
        Assert.Equal([first.Client(1), second.Client(100)], (await client.GetClientIdsAsync().Guarded()).Value);
        Assert.Equal([first.Client(1), second.Client(100)], (await client.GetClientIdsByGroupsAsync(["g"]).Guarded()).Value);
        Assert.Equal(2, (await client.CountClientsAsync().Guarded()).Value);
        Assert.Equal(2, (await client.CountClientsByGroupAsync("g").Guarded()).Value);
        Assert.Equal(2, (await client.GetSessionsAsync("g").Guarded()).Value.Count);
        Assert.Equal(2, (await client.GetGroupsAsync().Guarded()).Value["g"]);
        Assert.Equal(["u"], (await client.GetGroupUidsAsync().Guarded()).Value["g"]);
        Assert.Equal(1, (await client.CountGroupUidsAsync().Guarded()).Value["g"]);
        Assert.Equal([first.Client(1), second.Client(100)], (await client.GetGroupClientIdsAsync().Guarded()).Value["g"]);
    }

    [Fact]
    public async Task Queries_WithoutNames_AskNobody()
    {
        await using var gateway = await ScriptedGateway.StartAsync(command => [Answer(command, 1)]);
        await using var known = await FixedGateways.StartAsync(null, gateway.Address);
        var client = new GatewayClient(known.Directory, Guard.Limit);

        Assert.Empty((await client.AreUidsOnlineAsync([]).Guarded()).Value);
        Assert.Empty((await client.CountClientsByGroupsAsync([]).Guarded()).Value);
        Assert.Empty((await client.GetClientIdsByGroupsAsync([]).Guarded()).Value);
        Assert.Empty((await client.SendToUidsAsync([], Message).Guarded()).Gateways);
        Assert.Empty(gateway.Seen);
    }

    [Fact]
    public async Task WithTimeout_ShorterDeadline_IsUsed()
    {
        await using var hung = await ScriptedGateway.StartAsync(_ => null);
        await using var known = await FixedGateways.StartAsync(null, hung.Address);
        var client = new GatewayClient(known.Directory).WithTimeout(TimeSpan.FromMilliseconds(50));

        var answer = await client.IsUidOnlineAsync("u").Guarded();

        Assert.False(answer.Value);
        Assert.Equal(CommandStatus.TimedOut, Assert.Single(answer.Failures).Status);
    }

    private static async Task ProbeAsync(FixedGateways known, GatewayAddress gateway, CommandStatus expected)
    {
        var probe = await known.Directory.ExecuteAsync(gateway, new Command { Kind = CommandKind.IsOnline }, Guard.Limit, CancellationToken.None).Guarded();
        Assert.Equal(expected, probe.Status);
    }

    private static CommandResult Answer(Command command, uint connection)
    {
        var result = new CommandResult { Id = command.Id, Count = 1 };
        switch (command.Kind)
        {
            case CommandKind.Select:
                result.Clients.Add(new ClientRow
                {
                    Connection = connection,
                    Uid = "u",
                    Session = ByteString.CopyFromUtf8("sess"),
                    Groups = { "g" },
                });
                break;
            case CommandKind.GetSession:
                result.Clients.Add(new ClientRow { Connection = connection, Session = ByteString.CopyFromUtf8("sess") });
                break;
            case CommandKind.ListGroups:
                result.Counts.Add(new NamedCount { Name = "g", Count = 1 });
                break;
            default:
                foreach (var name in command.Names)
                {
                    var there = name is "u" or "g";
                    result.Counts.Add(there ? new NamedCount { Name = name, Count = 1, Connections = { connection } } : new NamedCount { Name = name });
                }

                break;
        }

        return result;
    }
}
