using System.Net;
using System.Text;
using Portico.Gateway.Connections;
using Portico.Hosting.Proxies;
using static Portico.Gateway.Tests.Connections.LoopHarness;

namespace Portico.Gateway.Tests.Connections;

/// <summary>Connections of trusted proxies; the harness connects everyone from 10.1.2.3:4567.</summary>
public sealed class ProxyHeaderInputTests
{
    private static readonly byte[] Line = "PROXY TCP4 203.0.113.7 10.0.0.1 5555 8282\r\n"u8.ToArray();

    private static readonly byte[] Binary =
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12, 203, 0, 113, 7, 10, 0, 0, 1, 0x15, 0xB3, 0x20, 0x5A];

    private readonly LoopHarness _loop = new() { ClientAddress = new(ClientAddressSource.Proxy, [IPNetwork.Parse("10.0.0.0/8")]) };

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 1000)]
    [InlineData(true, 1)]
    [InlineData(true, 1000)]
    public void OnBytes_HeaderBeforeText_IsTheClientsAddress(bool binary, int piece)
    {
        var client = _loop.Text();
        Assert.Empty(_loop.Events.Lines);

        foreach (var bytes in ((byte[])[.. binary ? Binary : Line, .. "hello\n"u8]).Chunk(piece))
        {
            client.OnBytes(bytes);
        }

        Assert.Equal([$"{client.Id} connect", $"{client.Id} message hello"], _loop.Events.Lines);
        Assert.Equal(IPEndPoint.Parse("203.0.113.7:5555"), client.RemoteEndPoint);
    }

    [Fact]
    public void OnBytes_HeaderBeforeHandshake_IsTheClientsAddress()
    {
        var client = _loop.Raw();

        client.OnBytes([.. Line, .. Handshake("/", "X-Forwarded-For: 6.6.6.6\r\n")]);

        Assert.Equal(ConnectionState.Open, client.State);
        Assert.Equal(IPEndPoint.Parse("203.0.113.7:5555"), client.RemoteEndPoint);
    }

    [Fact]
    public void OnBytes_HeaderNamesATrustedProxy_NoOtherHeaderIsAsked()
    {
        var client = _loop.Raw();

        client.OnBytes([.. "PROXY TCP4 10.7.7.7 10.0.0.1 5555 8282\r\n"u8, .. Handshake("/", "X-Forwarded-For: 203.0.113.9\r\n")]);

        Assert.Equal(IPAddress.Parse("10.7.7.7"), client.RemoteEndPoint.Address);
    }

    [Theory]
    [InlineData(ClientAddressSource.Peer)]
    [InlineData(ClientAddressSource.XForwardedFor)]
    [InlineData(ClientAddressSource.XRealIp)]
    public void OnBytes_HeaderWhereAnotherPlaceIsConfigured_IsNotOne(ClientAddressSource source)
    {
        var loop = new LoopHarness { ClientAddress = new(source, [IPNetwork.Parse("10.0.0.0/8")]) };
        var (text, web) = (loop.Text(), loop.Raw());

        text.OnBytes(Line);
        web.OnBytes([.. Line, .. Handshake()]);
        loop.Turn();

        Assert.Equal(IPEndPoint.Parse("10.1.2.3:4567"), text.RemoteEndPoint);
        Assert.Contains($"{text.Id} message {Encoding.ASCII.GetString(Line).TrimEnd()}", loop.Events.Lines);
        Assert.Equal(ConnectionState.Closed, web.State);
    }

    [Fact]
    public void OnBytes_NoHeaderFromTrustedPeer_IsAClientLikeOthers()
    {
        var client = _loop.Text();

        client.OnBytes("PRO\n"u8.ToArray());

        Assert.Equal([$"{client.Id} connect", $"{client.Id} message PRO"], _loop.Events.Lines);
        Assert.Equal(IPEndPoint.Parse("10.1.2.3:4567"), client.RemoteEndPoint);
    }

    [Fact]
    public void OnBytes_MalformedHeader_IsClosedAndNoWorkerHearsOfIt()
    {
        var client = _loop.Raw();

        client.OnBytes("PROXY TCP4 nonsense\r\n"u8.ToArray());
        _loop.Turn();

        Assert.Equal(ConnectionState.Closed, client.State);
        Assert.Empty(_loop.Events.Lines);
    }

    [Fact]
    public void OnEnd_BeforeAnyByte_NoWorkerHearsOfIt()
    {
        var client = _loop.Text();

        client.OnEnd();
        _loop.Turn();

        Assert.Equal(ConnectionState.Closed, client.State);
        Assert.Empty(_loop.Events.Lines);
    }

    [Fact]
    public void OnBytes_HeaderFromUntrustedPeer_IsNoHeader()
    {
        var loop = new LoopHarness { ClientAddress = new(ClientAddressSource.Proxy, [IPNetwork.Parse("192.168.0.0/16")]) };
        var client = loop.Text();

        client.OnBytes(Line);

        Assert.Equal([$"{client.Id} connect", $"{client.Id} message {Encoding.ASCII.GetString(Line).TrimEnd()}"], loop.Events.Lines);
        Assert.Equal(IPEndPoint.Parse("10.1.2.3:4567"), client.RemoteEndPoint);
    }
}
