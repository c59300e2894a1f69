using System.Net.Sockets;
using System.Runtime.InteropServices;
using Portico.Gateway.Transport;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

/// <summary>They lower the limit of this process, so nothing else may run beside them.</summary>
[CollectionDefinition(nameof(DescriptorLimitTests), DisableParallelization = true)]
[Collection(nameof(DescriptorLimitTests))]
public sealed partial class DescriptorLimitTests
{
    private const int OpenFiles = 7;

    [Theory]
    [InlineData("sockets")]
    [InlineData("epoll")]
    public async Task Accept_NoDescriptorLeft_ServesOnSaysSoOnceAndRecovers(string transport)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "lowers a limit of Linux");
        Assert.True(TransportFactory.TryParse(transport, out var kind));
        await using var harness = new TransportHarness(kind, options: new TransportOptions { AcceptRetryTime = TimeSpan.FromMilliseconds(50) });
        harness.Configure = socket => socket.Echoes = true;
        var (canary, _) = await harness.ConnectAsync();
        var waiting = Enumerable.Range(0, 3).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToArray();

        Assert.Equal(0, GetLimit(OpenFiles, out var before));
        var fillers = new List<Socket>();
        try
        {
            Exhaust(before, fillers);
            await Task.WhenAll(waiting.Select(socket => socket.ConnectAsync(harness.Listener.EndPoint).Guarded()));
            await Guard.UntilAsync(() => harness.Log.Count(203) > 0, "the complaint");
            for (var i = 0; i < 50; i++)
            {
                await canary.SendAsync("canary"u8.ToArray());
                Assert.Equal("canary"u8.ToArray(), await canary.ReceiveAsync(6));
            }
        }
        finally
        {
            Assert.Equal(0, SetLimit(OpenFiles, in before));
            fillers.ForEach(socket => socket.Dispose());
        }

        foreach (var socket in waiting)
        {
            var peer = await Peer.OpenAsync(socket, secured: false);
            await harness.AcceptedAsync(peer);
            await peer.SendAsync("late"u8.ToArray());
            Assert.Equal("late"u8.ToArray(), await peer.ReceiveAsync(4));
        }

        // Once, and each time anew where something else of this process gave a descriptor back in between.
        Assert.InRange(harness.Log.Count(203), 1, 1 + waiting.Length);
        await Guard.UntilAsync(() => harness.Log.Count(204) == harness.Log.Count(203), "the all-clear");
    }

    [Theory]
    [InlineData("sockets")]
    [InlineData("epoll")]
    public async Task Accept_NoRoomForMore_RestsBeforeTheLimitAndRecovers(string transport)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll");
        Assert.True(TransportFactory.TryParse(transport, out var kind));
        var hasRoom = false;
        await using var harness = new TransportHarness(kind, options: new TransportOptions
        {
            AcceptRetryTime = TimeSpan.FromMilliseconds(50),
            LeavesRoom = _ => Volatile.Read(ref hasRoom),
            HasRoom = () => Volatile.Read(ref hasRoom),
        });
        harness.Configure = socket => socket.Echoes = true;

        var (last, _) = await harness.ConnectAsync();
        await Guard.UntilAsync(() => harness.Log.Count(203) == 1, "the complaint");
        var waiting = await harness.ConnectPeerAsync();
        await last.SendAsync("served"u8.ToArray());
        Assert.Equal("served"u8.ToArray(), await last.ReceiveAsync(6));

        Volatile.Write(ref hasRoom, true);
        await harness.AcceptedAsync(waiting);
        await waiting.SendAsync("late"u8.ToArray());

        Assert.Equal("late"u8.ToArray(), await waiting.ReceiveAsync(4));
        await Guard.UntilAsync(() => harness.Log.Count(204) == 1, "the all-clear");
        Assert.Equal(1, harness.Log.Count(203));
    }

    private static void Exhaust(in Limit before, List<Socket> fillers)
    {
        var highest = Directory.GetFiles("/proc/self/fd").Max(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(0, SetLimit(OpenFiles, before with { Soft = (nuint)highest + 2 }));
        try
        {
            while (true)
            {
                fillers.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            }
        }
        catch (SocketException)
        {
            // None is left, which was the purpose.
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    private record struct Limit(nuint Soft, nuint Hard);
}
