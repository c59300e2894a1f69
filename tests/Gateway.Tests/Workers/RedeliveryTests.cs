using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers;

public sealed class RedeliveryTests
{
    [Fact]
    public async Task Link_Cut_GivesUnacknowledgedEventsToAnotherAfterAdopt()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var first = await ScriptedWorker.AttachAsync(gateway, "w:1");
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl + "p");
        var connect = await first.NextAsync(EventKind.WebsocketConnect);
        await first.CommandAsync(new Command { Id = 1, Kind = CommandKind.BindUid, Connection = connect.Connection, Names = { "U_1" } });
        await first.NextResultAsync();
        await client.SendAsync("done");
        await client.SendAsync("lost 1");
        await client.SendAsync("lost 2");
        Assert.Equal("done", await first.NextTextAsync());
        Assert.Equal("lost 1", await first.NextTextAsync());
        Assert.Equal("lost 2", await first.NextTextAsync());
        await first.AckAsync(2);
        await first.CommandAsync(new Command { Id = 2, Kind = CommandKind.IsOnline, Connection = connect.Connection });
        await first.NextResultAsync();
        using var second = await ScriptedWorker.AttachAsync(gateway, "w:2");

        first.Dispose();

        var adopt = await second.NextAsync(EventKind.Adopt);
        Assert.Equal(0ul, adopt.Number);
        Assert.Equal("U_1", adopt.State.Uid);
        Assert.Equal("/p", adopt.State.Origin.Path);
        var lost = await second.NextAsync(EventKind.Message);
        Assert.True(lost.Redelivered);
        Assert.Equal("lost 1", lost.Body.ToStringUtf8());
        Assert.Equal(3ul, lost.Number);
        Assert.Equal("lost 2", await second.NextTextAsync());
        await client.SendAsync("new");
        var fresh = await second.NextAsync(EventKind.Message);
        Assert.False(fresh.Redelivered);
        Assert.Equal(5ul, fresh.Number);
        Assert.Null(fresh.State);
    }

    [Fact]
    public async Task Ack_OfRanges_LeavesOnlyTheGap()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var first = await ScriptedWorker.AttachAsync(gateway, "w:1");
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await first.NextAsync(EventKind.WebsocketConnect);
        for (var i = 2; i <= 9; i++)
        {
            await client.SendAsync($"m{i}");
            await first.NextTextAsync();
        }

        await first.AckAsync(2, (4, 6), (8, 9));
        await first.CommandAsync(new Command { Id = 2, Kind = CommandKind.CountClients });
        await first.NextResultAsync();
        using var second = await ScriptedWorker.AttachAsync(gateway, "w:2");

        first.Dispose();

        await second.NextAsync(EventKind.Adopt);
        Assert.Equal("m3", await second.NextTextAsync());
        Assert.Equal("m7", await second.NextTextAsync());
        await client.SendAsync("next");
        Assert.Equal("next", await second.NextTextAsync());
    }

    [Fact]
    public async Task Acks_WithOneStragglerAmongThousands_KeepOnlyThatOne()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var first = await ScriptedWorker.AttachAsync(gateway, "w:1");
        using var client = await RawClient.ConnectAsync(gateway.TextPort);
        await client.SendAsync(System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 20_000).Select(i => $"m{i}\n"))));
        await first.NextAsync(EventKind.Connect);
        for (var i = 1; i <= 20_000; i++)
        {
            var (sequence, _) = await first.NextAsync();
            if (i % 500 == 0)
            {
                // Sequence 1 is CONNECT; 11 is never acknowledged.
                await first.AckAsync(10, (12, sequence));
            }
        }

        await first.CommandAsync(new Command { Id = 2, Kind = CommandKind.CountClients });
        await first.NextResultAsync();
        using var second = await ScriptedWorker.AttachAsync(gateway, "w:2");

        first.Dispose();

        await second.NextAsync(EventKind.Adopt);
        Assert.Equal("m10", await second.NextTextAsync());
        await client.SendAsync("next\n"u8.ToArray());
        Assert.Equal("next", await second.NextTextAsync());
    }

    [Fact]
    public async Task Ack_OfWhatWasNeverSent_EndsTheLink()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);

        await worker.AckAsync(1);

        Assert.Equal(RpcStatusCode.Unavailable, await worker.EndAsync());
    }

    [Fact]
    public async Task Attach_OfTheSameKeyAgain_ReplacesTheOldLink()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var old = await ScriptedWorker.AttachAsync(gateway, "w:1", instance: 1);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await old.NextAsync(EventKind.WebsocketConnect);

        using var young = await ScriptedWorker.AttachAsync(gateway, "w:1", instance: 2);

        Assert.Equal(RpcStatusCode.Unavailable, await old.EndAsync());
        await young.NextAsync(EventKind.Adopt);
        Assert.True((await young.NextAsync(EventKind.WebsocketConnect)).Redelivered);
    }

    [Fact]
    public async Task Leaving_Worker_GetsNoNewEventsAndEndsWhenAllIsAcknowledged()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var first = await ScriptedWorker.AttachAsync(gateway, "w:1");
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await first.NextAsync(EventKind.WebsocketConnect);
        using var second = await ScriptedWorker.AttachAsync(gateway, "w:2");

        await first.SendAsync(new WorkerMessage { Leaving = true, Commands = { new Command { Id = 1, Kind = CommandKind.CountClients } } });
        await first.NextResultAsync();
        await client.SendAsync("after");
        await first.AckAsync(1);

        await second.NextAsync(EventKind.Adopt);
        Assert.Equal("after", await second.NextTextAsync());
        Assert.Equal(RpcStatusCode.OK, await first.EndAsync());
    }

    [Fact]
    public async Task Leaving_Worker_AnswersTheLastEventWithItsAcknowledgement()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var connect = await worker.NextAsync(EventKind.WebsocketConnect);
        await client.SendAsync("last");
        var (sequence, _) = await worker.NextAsync();
        await worker.SendAsync(new WorkerMessage { Leaving = true });

        await worker.SendAsync(new WorkerMessage
        {
            Ack = new EventAck { Through = sequence },
            Commands = { new Command { Kind = CommandKind.SendToClient, Connection = connect.Connection, Body = ByteString.CopyFromUtf8("answer") } },
        });

        Assert.Equal(RpcStatusCode.OK, await worker.EndAsync());
        Assert.Equal("answer", await client.ReceiveAsync());
    }

    [Fact]
    public async Task Close_WhileItsWorkerDied_IsToldToAnother()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var first = await ScriptedWorker.AttachAsync(gateway, "w:1");
        var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await first.NextAsync(EventKind.WebsocketConnect);
        await client.DisposeAsync();
        await first.NextAsync(EventKind.Close);
        using var second = await ScriptedWorker.AttachAsync(gateway, "w:2");

        first.Dispose();

        await second.NextAsync(EventKind.Adopt);
        await second.NextAsync(EventKind.WebsocketConnect);
        Assert.True((await second.NextAsync(EventKind.Close)).Redelivered);
    }

    [Fact]
    public async Task Parked_Events_GoFirstToTheNextWorkerInOrder()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await client.SendAsync("one");
        await client.SendAsync("two");

        using var worker = await ScriptedWorker.AttachAsync(gateway);

        var connect = await worker.NextAsync(EventKind.WebsocketConnect);
        Assert.Equal(1ul, connect.Number);
        Assert.Equal("one", await worker.NextTextAsync());
        Assert.Equal("two", await worker.NextTextAsync());
        await client.SendAsync("three");
        Assert.Equal("three", await worker.NextTextAsync());
    }

    [Fact]
    public async Task Parked_TooLong_ClosesWith1013()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:ParkedSeconds", "1"));
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);

        Assert.Null(await client.ReceiveAsync());

        Assert.Equal(1013, (int)client.Socket.CloseStatus!);
    }

    [Fact]
    public async Task Parked_TooMuch_ClosesWith1013()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:ParkedBytes", "100"));
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);

        Assert.Null(await client.ReceiveAsync());

        Assert.Equal(1013, (int)client.Socket.CloseStatus!);
    }

    [Fact]
    public async Task FullLink_StopsItsFeedersOnly()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:LinkBytes", "65536"));
        using var slow = await ScriptedWorker.AttachAsync(gateway, "w:1");
        using var feeder = await RawClient.ConnectAsync(gateway.TextPort);
        await slow.NextAsync(EventKind.Connect);
        using var quick = await ScriptedWorker.AttachAsync(gateway, "w:2");
        await using var other = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await quick.NextAsync(EventKind.WebsocketConnect);

        // More than link, receive buffers and the kernel's socket buffers hold.
        var line = new byte[1024];
        Array.Fill(line, (byte)'x');
        line[^1] = (byte)'\n';
        var flood = Task.Run(async () =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                await feeder.SendAsync(line);
            }
        });
        for (var i = 0; i < 20; i++)
        {
            await other.SendAsync($"m{i}");
            Assert.Equal($"m{i}", await quick.NextTextAsync());
        }

        Assert.False(flood.IsCompleted);
        for (var i = 0; i < 20_000; i++)
        {
            var (sequence, message) = await slow.NextAsync();
            Assert.Equal(1023, message.Body.Length);
            if (i % 10 == 9)
            {
                await slow.AckAsync(sequence);
            }
        }

        await flood.Guarded();
    }

    [Fact]
    public async Task Text_Client_IsAnnouncedAtAccept()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);

        using var client = await RawClient.ConnectAsync(gateway.TextPort);

        var connect = await worker.NextAsync(EventKind.Connect);
        Assert.Equal("/", connect.State.Origin.Path);
        Assert.Equal(ByteString.Empty, connect.State.Origin.Handshake);
        Assert.Equal(1ul, connect.Number);
    }
}
