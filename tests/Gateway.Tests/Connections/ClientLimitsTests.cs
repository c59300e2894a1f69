using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Portico.Gateway.Connections;
using Portico.Hosting;
using Portico.Hosting.Proxies;
using Portico.Support;

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
    public void ConnectionsPerAddress_LoopbackPeers_AreExempt()
    {
        var loop = new LoopHarness { ConnectionsPerAddress = 2, Remote = IPEndPoint.Parse("127.0.0.5:1") };
        var clients = Enumerable.Range(0, 10).Select(_ => loop.Text()).ToList();

        Assert.DoesNotContain(null, clients);
        loop.Clients.DestroyAll(default);
        Assert.Equal(0, loop.Clients.Addresses.Count);
    }

    [Fact]
    public void ConnectionsPerAddress_TrustedProxiesThatNameNobody_AreExempt()
    {
        var loop = new LoopHarness { ConnectionsPerAddress = 2, ClientAddress = Proxied };

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal(ConnectionState.Open, loop.WebSocket().State));
        Assert.Equal(0, loop.Clients.Addresses.Count);
    }

    [Fact]
    public void ConnectionsPerAddress_LoopbackThatAProxyNames_IsAClientsOwn()
    {
        var loop = new LoopHarness { ConnectionsPerAddress = 1, ClientAddress = Proxied };
        _ = loop.WebSocket(headers: "X-Forwarded-For: 127.0.0.9\r\n");

        var again = loop.WebSocket(headers: "X-Forwarded-For: 127.0.0.9\r\n");

        Assert.Equal($"{again.Id} close 1013", loop.Events.Lines[^1]);
    }

    [Fact]
    public void ConnectionsPerAddress_IPv6_CountsTheNetworkOfOneHost()
    {
        var loop = new LoopHarness { ConnectionsPerAddress = 1, Remote = IPEndPoint.Parse("[2001:db8:1:2::1]:1") };
        Assert.NotNull(loop.Text());

        loop.Remote = IPEndPoint.Parse("[2001:db8:1:2:ffff::9]:1");
        Assert.Null(loop.Text());
        loop.Remote = IPEndPoint.Parse("[2001:db8:1:3::1]:1");
        Assert.NotNull(loop.Text());
        loop.Clients.DestroyAll(default);
        Assert.Equal(0, loop.Clients.Addresses.Count);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("127.0.0.1", false)]
    public void ConnectionsPerAddress_ManyFromOnePeer_AreExplainedOnce(string peer, bool refuses)
    {
        var log = new RecordingLoggers();
        using var warnings = new RepeatedWarnings(new FakeClock(), log.CreateLogger<RepeatedWarnings>());
        var loop = new LoopHarness { ConnectionsPerAddress = 10, Warnings = warnings, Remote = new IPEndPoint(IPAddress.Parse(peer), 1) };
        for (var round = 0; round < 3; round++)
        {
            var clients = Enumerable.Range(0, 20).Select(_ => loop.Text()).OfType<ClientConnection>().ToList();
            Assert.Equal(refuses ? 10 : 20, clients.Count);
            clients.ForEach(client => client.OnEnd());
        }

        Assert.Single(log.Entries, entry => entry.Text.Contains($"{peer}: has 5 connections and looks like a proxy. If it is one, set TrustedProxies and ClientAddressFrom", StringComparison.Ordinal));
        Assert.Equal(refuses ? 2 : 1, log.Entries.Count);
    }

    [Fact]
    public void ConnectionsPerAddress_ManyOfOneClientBehindAProxy_DoNotLookLikeAProxy()
    {
        var log = new RecordingLoggers();
        using var warnings = new RepeatedWarnings(new FakeClock(), log.CreateLogger<RepeatedWarnings>());
        var loop = new LoopHarness { ConnectionsPerAddress = 10, Warnings = warnings, ClientAddress = Proxied };
        for (var i = 0; i < 10; i++)
        {
            _ = loop.WebSocket(headers: "X-Forwarded-For: 1.1.1.1\r\n");
        }

        Assert.Empty(log.Entries);
    }

    [Theory]
    [InlineData("127.0.0.1", "", 60)]
    [InlineData("10.1.1.1", "", 60)]
    [InlineData("10.1.1.1", "X-Forwarded-For: 127.0.0.9\r\n", 21)]
    [InlineData("192.0.2.1", "", 21)]
    public void MessagesPerSecond_OfPeersBehindWhichManyMayBe_AreNotLimited(string peer, string headers, int atOnce)
    {
        var loop = new LoopHarness { Limits = new ClientLimits { MessagesPerSecond = 10, BytesPerSecond = 1000 }, ClientAddress = Proxied, Remote = new IPEndPoint(IPAddress.Parse(peer), 1) };
        var client = loop.WebSocket(headers: headers);

        client.OnBytes([.. Enumerable.Range(0, 60).SelectMany(_ => (byte[])[0x81, 0x81, 0, 0, 0, 0, 97])]);

        Assert.InRange(loop.Clients.Counters.MessagesIn, atOnce - 1, atOnce + 1);
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
