using System.Buffers;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests.Loops;

public sealed class ExecuteTests
{
    private const int Loops = 3;

    [Fact]
    public async Task Bind_ThenQueryOnTheSameStream_SeesTheBind()
    {
        await using var gateway = await RunningGateway.StartAsync(Loops);
        await using var clients = await ConnectedClients.ConnectAsync(gateway, Loops, 6);
        using var caller = await ScriptedCaller.OpenAsync(gateway);

        await caller.SendAsync([.. clients.Connections.Select(id => new Command { Kind = CommandKind.BindUid, Connection = id, Names = { "U_1" } })]);
        await caller.SendAsync(new Command { Id = 5, Kind = CommandKind.ClientsByUid, Names = { "U_1" } });

        var result = await caller.NextAsync();
        Assert.Equal(5ul, result.Id);
        Assert.Equal(clients.Connections.Order(), Assert.Single(result.Counts).Connections.Order());
    }

    [Fact]
    public async Task SendToUid_OverSeveralLoops_ReachesAllOnce()
    {
        await using var gateway = await RunningGateway.StartAsync(Loops);
        await using var clients = await ConnectedClients.ConnectAsync(gateway, Loops, 6);
        using var caller = await ScriptedCaller.OpenAsync(gateway);
        await caller.SendAsync([.. clients.Connections.Select(id => new Command { Kind = CommandKind.BindUid, Connection = id, Names = { "U_1" } })]);

        await caller.SendAsync(
            new Command { Id = 1, Kind = CommandKind.SendToUid, Names = { "U_1" }, Body = ByteString.CopyFromUtf8("hello") },
            new Command { Id = 2, Kind = CommandKind.SendToAll, Body = ByteString.CopyFromUtf8("all") });

        Assert.Equal(6u, (await caller.NextAsync()).Delivered);
        Assert.Equal(2ul, (await caller.NextAsync()).Id);
        foreach (var client in clients.Clients)
        {
            Assert.Equal("hello", await client.ReceiveAsync());
            Assert.Equal("all", await client.ReceiveAsync());
        }
    }

    [Fact]
    public async Task Results_OfManyCommands_ComeInOrder()
    {
        await using var gateway = await RunningGateway.StartAsync(Loops);
        using var caller = await ScriptedCaller.OpenAsync(gateway);

        for (var batch = 0; batch < 100; batch++)
        {
            await caller.SendAsync([.. Enumerable.Range((batch * 10) + 1, 10).Select(i => new Command
            {
                Id = (ulong)i,
                Kind = i % 2 == 0 ? CommandKind.CountClients : CommandKind.IsOnline,
                Connection = (uint)i,
            })]);
        }

        var results = await caller.FinishAsync();
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (ulong)i), results.Select(result => result.Id));
    }

    [Fact]
    public async Task Body_InParts_IsJoined()
    {
        await using var gateway = await RunningGateway.StartAsync(Loops);
        await using var clients = await ConnectedClients.ConnectAsync(gateway, Loops, 1);
        using var caller = await ScriptedCaller.OpenAsync(gateway);

        await caller.SendAsync(new ExecuteRequest { Parts = { new BodyPart { Id = 1, Data = ByteString.CopyFromUtf8("a") } } });
        await caller.SendAsync(new Command { Id = 1, Kind = CommandKind.SendToAll, BodyPart = 1, Body = ByteString.CopyFromUtf8("b") });
        await caller.SendAsync(new Command { Id = 2, Kind = CommandKind.SendToAll, BodyPart = 1, Body = ByteString.CopyFromUtf8("b") });

        Assert.Equal("ab", await clients.Clients[0].ReceiveAsync());
        Assert.Equal(1ul, (await caller.NextAsync()).Id);
        Assert.Equal(CommandStatus.Refused, (await caller.NextAsync()).Status);
    }

    [Fact]
    public async Task Request_Malformed_EndsTheStreamWithInvalidArgument()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { ConnectTimeout = Guard.Limit });
        using var call = await channel.DuplexAsync("/portico.gateway.v1.Commands/Execute").Guarded();

        RpcFraming.WritePrefix(call.Requests, 3);
        call.Requests.Write(new byte[] { 0x12, 0x7F, 0x01 });
        await call.Requests.FlushAsync();

        var fault = await Assert.ThrowsAsync<RpcException>(async () => await call.ReadAsync<ExecuteReply>().AsTask().Guarded());
        Assert.Equal(RpcStatusCode.InvalidArgument, fault.Status.Code);
    }
}
