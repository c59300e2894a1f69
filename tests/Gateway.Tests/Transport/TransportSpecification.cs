using Portico.Gateway.Transport;
using Portico.Support;
using static Portico.Gateway.Tests.Transport.Canary;

namespace Portico.Gateway.Tests.Transport;

/// <summary>What every transport does with one socket, and with sockets beside each other.</summary>
public abstract class TransportSpecification
{
    private protected abstract TransportHarness Create(int loops = 1, TimeProvider? clock = null, TransportOptions? options = null);

    [Fact]
    public async Task Send_WhatWasReceived_ComesBack()
    {
        await using var harness = Create();
        harness.Configure = socket => socket.Echoes = true;
        var (peer, _) = await harness.ConnectAsync();

        for (var i = 0; i < 200; i++)
        {
            var message = Payload(i, 1 + (i * 37));
            await peer.SendAsync(message);
            Assert.Equal(message, await peer.ReceiveAsync(message.Length));
        }
    }

    [Fact]
    public async Task Send_PeerReadsLate_TakesLessAndTellsWhenThereIsRoom()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        var content = Payload(1, 24 * 1024 * 1024);

        await socket.DoAsync(_ =>
        {
            socket.Send(content);
            Assert.True(socket.Backlog > 0);
        });
        var received = await peer.ReceiveAsync(content.Length);

        Assert.True(content.AsSpan().SequenceEqual(received));
        await Guard.UntilAsync(() => socket.Writable > 0, "room");
    }

    [Fact]
    public async Task Send_SeveralPieces_ArriveAsOne()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        var content = Payload(2, 100_000);

        ReadOnlyMemory<byte>[] pieces = [content.AsMemory(0, 10_000), default, content.AsMemory(10_000, 1), content.AsMemory(10_001, 19_999)];

        await socket.DoAsync(s => Assert.Equal(30_000, s.Send(pieces)));
        await socket.DoAsync(_ => socket.Send(content.AsSpan(30_000)));

        Assert.Equal(content, await peer.ReceiveAsync(content.Length));
    }

    [Fact]
    public async Task Send_MorePiecesThanTheKernelTakes_TellsHowManyBytes()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        var content = Payload(3, 64 * 1024);
        var pieces = Enumerable.Repeat((ReadOnlyMemory<byte>)content, 400).ToArray();
        var taken = 0;

        // At once: a turn later there may be room again.
        await socket.DoAsync(s =>
        {
            taken = s.Send(pieces);
            Assert.Equal(0, s.Send(content.AsSpan(0, 1)));
        });
        var received = await peer.ReceiveAsync(taken);

        Assert.InRange(taken, 1, (400 * content.Length) - 1);
        Assert.True(Enumerable.Range(0, taken).All(i => received[i] == content[i % content.Length]));
        await Guard.UntilAsync(() => socket.Writable > 0, "room");
    }

    [Fact]
    public async Task ReadPaused_BytesWait_UntilReadingGoesOn()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        var (other, otherSocket) = await harness.ConnectAsync();
        otherSocket.Echoes = true;

        await socket.DoAsync(s => s.ReadPaused = true);
        await peer.SendAsync(Payload(4, 5000));
        await EchoAsync(other, 20);
        Assert.Empty(socket.Received());
        await socket.DoAsync(s => s.ReadPaused = false);
        await socket.UntilReceivedAsync(5000);

        Assert.Equal(Payload(4, 5000), socket.Received());
    }

    [Fact]
    public async Task ReadPaused_SetWhileBytesAreHandled_HoldsAtOnce()
    {
        await using var harness = Create(options: new TransportOptions { ReceiveBufferSize = 1000 });
        var (peer, socket) = await harness.ConnectAsync();
        var total = 0;
        socket.Bytes = bytes =>
        {
            Assert.False(socket.Socket.ReadPaused);
            total += bytes.Length;
            socket.Socket.ReadPaused = true;
        };

        await peer.SendAsync(Payload(5, 20_000));
        var before = -1;
        while (total < 20_000)
        {
            await Guard.UntilAsync(() => total > before, "bytes");
            before = total;
            await socket.DoAsync(s => s.ReadPaused = false);
        }

        Assert.Equal(20_000, total);
    }
}
