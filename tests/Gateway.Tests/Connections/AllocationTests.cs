using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using Portico.Gateway.Commands;
using Portico.Gateway.Connections;
using Portico.Gateway.Tests.Protocols.WebSocket;

namespace Portico.Gateway.Tests.Connections;

public sealed class AllocationTests
{
    private readonly LoopHarness _loop = new();

    [Fact]
    public void Echo_AllocatesNothingPerMessage()
    {
        var client = _loop.WebSocket();
        var commands = new LoopCommands(_loop.Clients);
        _loop.Clients.Events = new Echo(commands);
        LoopHarness.SocketOf(client).Forgets = true;
        var frame = ClientFrames.Frame(ClientFrames.Text, new string('x', 128));
        var buffer = new byte[frame.Length * 4];

        var allocated = Measure(() =>
        {
            for (var i = 0; i < 4; i++)
            {
                frame.CopyTo(buffer, i * frame.Length);
            }

            client.OnBytes(buffer);
            _loop.Clients.AfterInbox();
        });

        Assert.Equal(0, allocated);
        Assert.True(_loop.Clients.Counters.MessagesOut > 4000);
    }

    [Fact]
    public void Broadcast_AllocatesNothingPerDelivery()
    {
        var clients = Enumerable.Range(0, 200).Select(_ => _loop.WebSocket()).ToArray();
        Array.ForEach(clients, client => LoopHarness.SocketOf(client).Forgets = true);
        var commands = new LoopCommands(_loop.Clients);

        var allocated = Measure(() =>
        {
            commands.Execute(new CommandView { Kind = CommandKind.SendToAll, Body = "hello, everyone"u8 }, null);
            _loop.Turn();
        });

        // One small object stands for the cursor.
        Assert.InRange(allocated, 0, 1000 * 128);
        Assert.True(_loop.Clients.Counters.MessagesOut > 200_000);
    }

    [Fact]
    public void IdleConnection_IsSmall()
    {
        for (var i = 0; i < 100; i++)
        {
            _loop.WebSocket();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var settings = new ClientConnection[200];
        for (var i = 0; i < settings.Length; i++)
        {
            settings[i] = new ClientConnection(_loop.Clients, (uint)i, _loop.Listener, null!);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / settings.Length, 100, 420);
        GC.KeepAlive(settings);
    }

    private static long Measure(Action action)
    {
        // Compiled, buffers grown and pooled.
        for (var i = 0; i < 200; i++)
        {
            action();
        }

        // What a collection beside it makes the pools give back is rented anew, once: the best of some rounds has only what every message costs.
        var least = long.MaxValue;
        for (var round = 0; round < 5 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                action();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private sealed class Echo(LoopCommands commands) : IClientEvents
    {
        public void OnConnect(ClientConnection client)
        {
        }

        public void OnWebSocketConnect(ClientConnection client, ReadOnlySpan<byte> requestHead)
        {
        }

        public void OnMessage(ClientConnection client, ReadOnlySpan<byte> payload, bool binary) =>
            commands.Execute(new CommandView { Kind = CommandKind.SendToClient, Connection = client.Id, Body = payload, Binary = binary }, null);

        public bool HasUnhandled(ClientConnection client) => false;

        public void OnClose(ClientConnection client, CloseReason reason)
        {
        }
    }
}
