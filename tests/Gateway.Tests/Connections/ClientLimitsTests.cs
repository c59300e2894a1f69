using System.Net;
using System.Text;
using Portico.Gateway.Connections;
using Portico.Hosting.Proxies;

namespace Portico.Gateway.Tests.Connections;

public sealed class ClientLimitsTests
{
    private static readonly ClientAddressRule Proxied = new(ClientAddressSource.XForwardedFor, [IPNetwork.Parse("10.0.0.0/8")]);

    [Fact]
    public void MessagesPerSecond_Exceeded_SlowsReadingAndLosesNothing()
    {
        var loop = new LoopHarness { Limits = new ClientLimits { MessagesPerSecond = 10 } };
        var client = loop.Text();

        client.OnBytes(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 60).Select(i => $"{i}\n"))));
        Assert.True(client.Socket.ReadPaused);
        var atOnce = loop.Clients.Counters.MessagesIn;
        loop.Advance(1);
        var later = loop.Clients.Counters.MessagesIn;
        loop.Advance(10);

        Assert.InRange(atOnce, 20, 22);
        Assert.InRange(later, atOnce + 5, atOnce + 12);
        Assert.Equal(60, loop.Clients.Counters.MessagesIn);
        Assert.False(client.Socket.ReadPaused);
        Assert.Equal($"{client.Id} message 59", loop.Events.Lines[^1]);
    }

    [Fact]
    public void MessagesPerSecond_FloodThatGoesOn_IsClosed()
    {
        var loop = new LoopHarness { Limits = new ClientLimits { MessagesPerSecond = 10, TooFastTime = TimeSpan.FromSeconds(5) } };
        var client = loop.Text();

        for (var i = 0; i < 40 && !client.IsLeaving; i++)
        {
            client.OnBytes("a\nb\nc\nd\ne\nf\ng\nh\n"u8.ToArray());
            loop.Advance(0.25);
        }

        loop.Turn();
        Assert.Equal($"{client.Id} close 4003", loop.Events.Lines[^1]);
        Assert.Equal(1, loop.Clients.Counters.TooFast);
    }

    [Fact]
    public void BytesPerSecond_OneLargeMessage_IsTakenAndPaidFor()
    {
        var loop = new LoopHarness { Limits = new ClientLimits { BytesPerSecond = 1000 } };
        var client = loop.Text();

        client.OnBytes([.. Enumerable.Repeat((byte)'x', 5000), (byte)'\n']);
        Assert.Equal(1, loop.Clients.Counters.MessagesIn);
        loop.Advance(2);
        Assert.True(client.IsPaused);
        loop.Advance(2);

        Assert.False(client.IsPaused);
    }

    [Fact]
    public void ConnectionsPerAddress_Exceeded_AreDiscardedUntilOneLeaves()
    {
        var loop = new LoopHarness { ConnectionsPerAddress = 2 };
        var first = loop.Text();
        Assert.NotNull(loop.Text());

        Assert.Null(loop.Text());
        first.OnEnd();

        Assert.NotNull(loop.Text());
        Assert.Null(loop.Text());
        Assert.Equal(2, loop.Clients.Counters.TurnedAway);
    }

    [Fact]
    public void ConnectionsPerAddress_BehindAProxy_CountTheClientsOwn()
    {
        var loop = new LoopHarness { ConnectionsPerAddress = 1, ClientAddress = Proxied };
        var one = loop.WebSocket(headers: "X-Forwarded-For: 1.1.1.1\r\n");
        var other = loop.WebSocket(headers: "X-Forwarded-For: 2.2.2.2\r\n");

        var again = loop.WebSocket(headers: "X-Forwarded-For: 1.1.1.1\r\n");

        Assert.Equal((ConnectionState.Open, ConnectionState.Open), (one.State, other.State));
        Assert.Equal($"{again.Id} close 1013", loop.Events.Lines[^1]);
        Assert.DoesNotContain(loop.Events.Lines, line => line.StartsWith($"{again.Id} open", StringComparison.Ordinal));
        loop.Clients.DestroyAll(default);
        Assert.Equal(0, loop.Clients.Addresses.Count);
    }
}
