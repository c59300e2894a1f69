using System.Net.Sockets;
using Portico.Gateway.Transport;
using Portico.Support;
using static Portico.Gateway.Tests.Transport.Canary;

namespace Portico.Gateway.Tests.Transport;

/// <summary>How a transport's sockets end: by the peer, by a reset, by us.</summary>
public abstract class TransportEndSpecification
{
    private protected abstract TransportHarness Create(int loops = 1, TimeProvider? clock = null, TransportOptions? options = null);

    [Fact]
    public async Task PeerEnds_TellsOnce_AndSendingStillWorks()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();

        await peer.SendAsync(Payload(6, 3000));
        await peer.ShutdownSendAsync();
        await socket.Ended.Guarded();
        Assert.Equal(3000, socket.Received().Length);
        await socket.DoAsync(_ => socket.Send(Payload(7, 3000)));
        await socket.DoAsync(s => s.Close());

        Assert.Equal(Payload(7, 3000), await peer.ReceiveToEndAsync());
        Assert.Single(socket.Told, "end");
        await Guard.UntilAsync(() => harness.SocketCount == 0, "gone");
    }

    [Fact]
    public async Task PeerEnds_WhilePaused_ToldAfterTheBytes()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        await socket.DoAsync(s => s.ReadPaused = true);

        await peer.SendAsync(Payload(8, 100));
        await peer.ShutdownSendAsync();
        await EchoBesideAsync(harness);
        Assert.Empty(socket.Told);
        await socket.DoAsync(s => s.ReadPaused = false);
        await socket.Ended.Guarded();

        Assert.Equal(Payload(8, 100), socket.Received());
    }

    [Fact]
    public async Task ShutdownSend_PeerSeesTheEnd_AndIsStillHeard()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();

        await socket.DoAsync(s =>
        {
            socket.Send(Payload(9, 500));
            s.ShutdownSend();
        });
        Assert.Equal(Payload(9, 500), await peer.ReceiveToEndAsync());
        await peer.SendAsync(Payload(10, 700));
        await socket.UntilReceivedAsync(700);
        await peer.ShutdownSendAsync();
        await socket.Ended.Guarded();

        Assert.DoesNotContain("error", socket.Told);
    }

    [Fact]
    public async Task PeerResets_Tells_AndOthersGoOn()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();

        peer.Reset();
        await socket.Broken.Guarded();
        await socket.DoAsync(s => s.Close());
        await EchoBesideAsync(harness);

        Assert.Equal(["error"], socket.Told);
        await Guard.UntilAsync(() => harness.SocketCount <= 1, "gone");
    }

    [Fact]
    public async Task PeerResets_WhilePaused_IsToldLaterAndDoesNotSpin()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        await socket.DoAsync(s => s.ReadPaused = true);

        await peer.SendAsync(Payload(11, 10));
        peer.Reset();
        await EchoBesideAsync(harness);
        Assert.Empty(socket.Told);
        await socket.DoAsync(s => s.ReadPaused = false);

        await socket.Broken.Guarded();
    }

    [Fact]
    public async Task Send_AfterTheReset_TakesAllAndTells()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        await socket.DoAsync(s => s.ReadPaused = true);
        peer.Reset();

        await Guard.UntilAsync(
            async () =>
            {
                await socket.DoAsync(s => Assert.Equal(100, s.Send(Payload(12, 100))));
                return socket.Broken.IsCompleted;
            },
            "the error");
        await socket.DoAsync(s => Assert.Equal(100, s.Send(Payload(12, 100))));

        Assert.Equal(["error"], socket.Told);
    }

    [Fact]
    public async Task Close_WithBytesOnTheirWayBothWays_LosesNothing()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        var content = Payload(13, 16 * 1024 * 1024);
        var taken = 0;

        await peer.SendAsync(Payload(14, 50_000));
        await socket.DoAsync(s =>
        {
            s.ReadPaused = true;
            taken = s.Send(content);
            s.Close();
            s.Close();
        });
        await peer.SendAsync(Payload(14, 50_000));
        var received = await peer.ReceiveToEndAsync();

        Assert.True(content.AsSpan(0, taken).SequenceEqual(received));
        await Guard.UntilAsync(() => harness.SocketCount == 0, "gone");
    }

    [Fact]
    public async Task Close_ThenTheLoopEnds_TheLastBytesStillArrive()
    {
        var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();

        await socket.DoAsync(s =>
        {
            Assert.Equal(5000, s.Send(Payload(15, 5000)));
            s.Close();
        });
        await harness.DisposeAsync();

        Assert.Equal(Payload(15, 5000), await peer.ReceiveToEndAsync());
    }

    [Fact]
    public async Task Abort_PeerSeesAReset_AndNoCallbackFollows()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();

        await socket.DoAsync(s =>
        {
            s.Abort();
            s.Abort();
            s.Close();
            s.ShutdownSend();
            s.ReadPaused = true;
            s.ReadPaused = false;
            Assert.Equal(3, s.Send("abc"u8));
        });
        await Assert.ThrowsAnyAsync<IOException>(() => peer.ReceiveToEndAsync());

        Assert.Empty(socket.Told);
        await Guard.UntilAsync(() => harness.SocketCount == 0, "gone");
    }

    [Fact]
    public async Task Close_ByItsOwnCallback_IsTheLastOne()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        socket.Bytes = bytes =>
        {
            socket.Send(bytes);
            socket.Socket.Close();
        };

        await peer.SendAsync("goodbye"u8.ToArray());
        Assert.Equal("goodbye"u8.ToArray(), await peer.ReceiveToEndAsync());
        peer.Dispose();
        await EchoBesideAsync(harness);

        Assert.Equal(["bytes"], socket.Told);
    }

    [Fact]
    public async Task Callback_Throws_OnlyItsOwnSocketEnds()
    {
        await using var harness = Create();
        var (peer, socket) = await harness.ConnectAsync();
        socket.Bytes = _ => throw new InvalidOperationException("on purpose");

        await peer.SendAsync("x"u8.ToArray());
        Assert.Equal(SocketError.Fault, await socket.Broken.Guarded());
        await EchoBesideAsync(harness);

        Assert.Equal(1, harness.Log.Count(202));
        await Assert.ThrowsAnyAsync<IOException>(() => peer.ReceiveToEndAsync());
    }

    [Fact]
    public async Task Close_PeerNeverCloses_IsGivenUpAfterTheLingerTime()
    {
        var clock = new FakeClock();
        await using var harness = Create(clock: clock);
        var (peer, socket) = await harness.ConnectAsync();
        await socket.DoAsync(s => s.Close());
        Assert.Empty(await peer.ReceiveToEndAsync());

        // Until then what the peer sends is swallowed; afterwards its socket is reset.
        await Guard.UntilAsync(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                try
                {
                    await peer.SendAsync("x"u8.ToArray());
                    return false;
                }
                catch (IOException)
                {
                    return true;
                }
            },
            "the reset");
    }
}
