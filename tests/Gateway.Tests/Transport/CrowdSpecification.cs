using System.Net;
using System.Net.Sockets;
using Portico.Gateway.Transport;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

/// <summary>What every transport does with many sockets that come and go, and how its listeners behave.</summary>
public abstract class CrowdSpecification
{
    private protected abstract TransportHarness Create(int loops = 1, TimeProvider? clock = null, int port = 0);

    [Fact]
    public async Task Connections_ComeAndGoManyAtATime_NothingIsLeft()
    {
        await using var harness = Create(loops: 2);
        harness.Configure = socket => socket.Echoes = true;

        await Parallel.ForAsync(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var (peer, socket) = await harness.ConnectAsync();
            var message = BitConverter.GetBytes(i);
            await peer.SendAsync(message);
            Assert.Equal(message, await peer.ReceiveAsync(4));
            switch (i % 4)
            {
                case 0:
                    peer.Reset();
                    await Task.WhenAny(socket.Broken, socket.Ended).Guarded();
                    await socket.DoAsync(s => s.Close());
                    break;
                case 1:
                    peer.Dispose();
                    await Task.WhenAny(socket.Broken, socket.Ended).Guarded();
                    await socket.DoAsync(s => s.Close());
                    break;
                case 2:
                    await socket.DoAsync(s => s.Close());
                    Assert.Empty(await peer.ReceiveToEndAsync());
                    peer.Dispose();
                    break;
                default:
                    await socket.DoAsync(s => s.Abort());
                    peer.Dispose();
                    break;
            }
        }).Guarded();

        await Guard.UntilAsync(() => harness.SocketCount == 0, "all gone");
        Assert.Equal(0, harness.Log.Count(202));
    }

    [Fact]
    public async Task Connections_OverSeveralLoops_AreSpreadEvenly()
    {
        await using var harness = Create(loops: 4);

        var peers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => harness.ConnectAsync()));

        Assert.All(harness.Loops, loop => Assert.InRange(loop.Transport.SocketCount, 40, 60));
        Assert.All(harness.Loops, loop => Assert.Equal(loop.Transport.SocketCount, loop.Connections));
        Array.ForEach(peers, pair => pair.Peer.Dispose());
    }

    [Fact]
    public async Task Close_OfOtherSocketsReadyInTheSameTurn_TellsThemNothing()
    {
        await using var harness = Create();
        var pairs = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => harness.ConnectAsync()));
        var sockets = pairs.Select(pair => pair.Socket).ToArray();
        var first = -1;
        for (var i = 0; i < sockets.Length; i++)
        {
            var own = i;
            sockets[i].Bytes = _ =>
            {
                if (first == -1)
                {
                    // New sockets will get the same descriptors at once.
                    first = own;
                    Array.ForEach(sockets, socket => socket.Socket.Abort());
                }
            };
        }

        // The loop is held until every peer has sent, so that all are ready together.
        using var held = new ManualResetEventSlim();
        var holding = await BeginHoldAsync(harness.Loops[0], held);
        await Task.WhenAll(pairs.Select(pair => pair.Peer.SendAsync("x"u8.ToArray())));
        held.Set();
        await holding.Task.Guarded();
        await Guard.UntilAsync(() => Volatile.Read(ref first) >= 0, "the first");
        var next = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => harness.ConnectAsync()));

        Assert.Equal(1, sockets.Sum(socket => socket.Told.Count()));
        Assert.All(next, pair => Assert.Empty(pair.Socket.Told));
        Assert.Equal(50, harness.SocketCount);
    }

    [Fact]
    public async Task Adopt_BytesThatCameBefore_AreNotLost()
    {
        await using var harness = Create();
        harness.Configure = socket => socket.Echoes = true;
        using var held = new ManualResetEventSlim();
        var holding = await BeginHoldAsync(harness.Loops[0], held);

        var raw = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await raw.ConnectAsync(harness.Listener.EndPoint).Guarded();
        if (!harness.Secured)
        {
            await raw.SendAsync("early"u8.ToArray());
        }

        held.Set();
        await holding.Task.Guarded();
        using var peer = await Peer.OpenAsync(raw, harness.Secured);
        if (harness.Secured)
        {
            await peer.SendAsync("early"u8.ToArray());
        }

        Assert.Equal("early"u8.ToArray(), await peer.ReceiveAsync(5));
    }

    [Fact]
    public async Task Discard_InsteadOfAdopting_ClosesIt()
    {
        await using var harness = Create();
        harness.Adopts = false;

        using var peer = await harness.ConnectPeerAsync();
        try
        {
            Assert.Empty(await peer.ReceiveToEndAsync());
        }
        catch (IOException)
        {
            // A reset is a close too.
        }

        await Guard.UntilAsync(() => harness.Loops[0].Connections == 0, "no longer on its way");
    }

    [Fact]
    public async Task Paused_NewConnectionsWait_UntilItGoesOn()
    {
        await using var harness = Create();
        harness.Listener.Paused = true;

        // One may slip through that was being accepted.
        var peers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ConnectPlainAsync(harness.Listener.EndPoint)));
        Assert.InRange(harness.SocketCount, 0, 1);
        harness.Listener.Paused = false;

        await Guard.UntilAsync(() => harness.Loops[0].Connections == 3 || harness.Secured, "the three");
        Array.ForEach(peers, peer => peer.Dispose());
    }

    [Fact]
    public async Task Dispose_Listener_FreesThePort_AndSocketsLive()
    {
        // A port of its own: one that the kernel chose might be given away at once.
        await using var harness = Create(loops: 2, port: FreePort.Take());
        var (peer, socket) = await harness.ConnectAsync();
        await socket.DoAsync(_ => socket.Echoes = true);

        harness.Listener.Dispose();
        harness.Listener.Dispose();
        await Guard.UntilAsync(
            () =>
            {
                using var again = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    again.Bind(harness.Listener.EndPoint);
                    again.Listen(1);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            "the port");
        await peer.SendAsync("still"u8.ToArray());

        Assert.Equal("still"u8.ToArray(), await peer.ReceiveAsync(5));
    }

    /// <summary>Done when the loop's thread is held; the task inside when it goes on.</summary>
    private static async Task<TaskCompletionSource> BeginHoldAsync(EventLoop loop, ManualResetEventSlim until)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post((Action)(() =>
        {
            begun.SetResult();
            until.Wait(Guard.Limit);
            done.SetResult();
        }));
        await begun.Task.Guarded();
        return done;
    }

    private static async Task<Socket> ConnectPlainAsync(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to).Guarded();
        return socket;
    }
}
