using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Portico.Contracts.Protos.Gateway;
using Portico.Support;

namespace Portico.Gateway.Tests.Hosting;

/// <summary>The gateway behind real proxies on 127.0.0.1; clients come from 127.0.0.9 and forge what they can.</summary>
public sealed class RealProxyTests
{
    private const string RealIp = "proxy_set_header X-Real-IP $remote_addr;";
    private const string ForwardedFor = RealIp + "\nproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";
    private static readonly IPAddress Client = IPAddress.Parse("127.0.0.9");

    [Theory]
    [InlineData("x-real-ip", RealIp, "127.0.0.9")]
    [InlineData("x-real-ip", ForwardedFor, "127.0.0.9")]
    [InlineData("x-forwarded-for", ForwardedFor, "127.0.0.9")]
    [InlineData("proxy", ForwardedFor, "127.0.0.1")]
    [InlineData("peer", ForwardedFor, "127.0.0.1")]
    public async Task Nginx_ClientForgesBothHeaders_TheWorkerHasTheAddressOfTheConfiguredOne(string from, string location, string expected)
    {
        Assert.SkipWhen(PrivateProxy.Missing is not null, PrivateProxy.Missing ?? "");
        await using var gateway = await StartAsync(0, "websocket://127.0.0.1:0", from);
        await using var nginx = await PrivateProxy.StartNginxAsync(PortOf(gateway), location);
        using var worker = await ScriptedWorker.AttachAsync(gateway);

        using var client = await ConnectAsync(nginx.Port);
        Assert.StartsWith("HTTP/1.1 101", await ShakeHandsAsync(new NetworkStream(client), "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n"), StringComparison.Ordinal);

        Assert.Equal(expected, (await worker.NextAsync(EventKind.WebsocketConnect)).State.Origin.RemoteAddress);
    }

    [Theory]
    [InlineData("x-real-ip", RealIp)]
    [InlineData("x-forwarded-for", ForwardedFor)]
    public async Task Nginx_ClientForgesANewAddressEachTime_ConnectionsOfItsOwnAddressCount(string from, string location)
    {
        Assert.SkipWhen(PrivateProxy.Missing is not null, PrivateProxy.Missing ?? "");
        await using var gateway = await StartAsync(0, "websocket://127.0.0.1:0", from, ("Gateway:Limits:ConnectionsPerAddress", "3"));
        await using var nginx = await PrivateProxy.StartNginxAsync(PortOf(gateway), location);
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        var clients = new List<Socket>();
        for (var i = 0; i < 10; i++)
        {
            clients.Add(await ConnectAsync(nginx.Port));
            await ShakeHandsAsync(new NetworkStream(clients[^1]), $"X-Forwarded-For: 6.6.6.{i}\r\nX-Real-IP: 6.6.6.{i}\r\n");
        }

        using var other = await ConnectAsync(nginx.Port, IPAddress.Parse("127.0.0.10"));
        await ShakeHandsAsync(new NetworkStream(other), "");
        var seen = new List<string>();
        do
        {
            var (_, next) = await worker.NextAsync();
            if (next.Kind == EventKind.WebsocketConnect)
            {
                seen.Add(next.State.Origin.RemoteAddress);
            }
        }
        while (seen.LastOrDefault() != "127.0.0.10");

        Assert.Equal(["127.0.0.9", "127.0.0.9", "127.0.0.9", "127.0.0.10"], seen);
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
    public async Task HaProxy_WebSocket_TheWorkerHasTheClientsAddressWhateverItForges(string server)
    {
        Assert.SkipWhen(PrivateProxy.Missing is not null, PrivateProxy.Missing ?? "");
        await using var gateway = await StartAsync(0, "websocket://127.0.0.1:0", "proxy");
        await using var haproxy = await PrivateProxy.StartHaProxyAsync(PortOf(gateway), server);
        using var worker = await ScriptedWorker.AttachAsync(gateway);

        using var client = await ConnectAsync(haproxy.Port);
        await ShakeHandsAsync(new NetworkStream(client), "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n");
        using var forger = await ConnectAsync(haproxy.Port);
        await forger.SendAsync("PROXY TCP4 6.6.6.6 127.0.0.1 1 2\r\n"u8.ToArray()).Guarded();
        await ShakeHandsAsync(new NetworkStream(forger), "", mayFail: true);

        var origin = (await worker.NextAsync(EventKind.WebsocketConnect)).State.Origin;
        Assert.Equal(("127.0.0.9", (uint)((IPEndPoint)client.LocalEndPoint!).Port), (origin.RemoteAddress, origin.RemotePort));
        using var last = await ConnectAsync(haproxy.Port, IPAddress.Parse("127.0.0.10"));
        await ShakeHandsAsync(new NetworkStream(last), "");
        Assert.Equal("127.0.0.10", (await worker.NextAsync(EventKind.WebsocketConnect)).State.Origin.RemoteAddress);
    }

    [Theory]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
    public async Task HaProxy_Text_TheWorkerHasTheClientsAddress(string server)
    {
        Assert.SkipWhen(PrivateProxy.Missing is not null, PrivateProxy.Missing ?? "");
        await using var gateway = await StartAsync(1, "text://127.0.0.1:0", "proxy");
        await using var haproxy = await PrivateProxy.StartHaProxyAsync(gateway.TextPort, server);
        using var worker = await ScriptedWorker.AttachAsync(gateway);

        using var client = await ConnectAsync(haproxy.Port);
        await client.SendAsync("hello\n"u8.ToArray()).Guarded();

        // The proxy's start was waited for with connections of this test's own.
        Event next;
        do
        {
            (_, next) = await worker.NextAsync();
        }
        while (next.Kind != EventKind.Connect || next.State.Origin.RemoteAddress == "127.0.0.1");
        Assert.Equal("127.0.0.9", next.State.Origin.RemoteAddress);
        Assert.Equal("hello", await worker.NextTextAsync());
    }

    [Theory]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
    [InlineData("send-proxy-v2-ssl-cn")]
    public async Task HaProxy_HeaderBeforeTls_TheWorkerHasTheClientsAddress(string server)
    {
        Assert.SkipWhen(PrivateProxy.Missing is not null, PrivateProxy.Missing ?? "");
        using var folder = new TemporaryFolder();
        TestAuthority.WritePem(TestAuthority.SelfSigned(), folder.File("gateway.pem"));
        await using var gateway = await StartAsync(0, "wss://127.0.0.1:0", "proxy", ("Gateway:Listen:0:Certificate", folder.File("gateway.pem")), ("Gateway:Limits:ConnectionsPerAddress", "1"));
        await using var haproxy = await PrivateProxy.StartHaProxyAsync(PortOf(gateway), server);
        using var worker = await ScriptedWorker.AttachAsync(gateway);

        using var client = await ConnectAsync(haproxy.Port);
        await using var secured = await SecureAsync(client);
        Assert.StartsWith("HTTP/1.1 101", await ShakeHandsAsync(secured, "X-Forwarded-For: 6.6.6.6\r\n"), StringComparison.Ordinal);

        var origin = (await worker.NextAsync(EventKind.WebsocketConnect)).State.Origin;
        Assert.Equal(("127.0.0.9", (uint)((IPEndPoint)client.LocalEndPoint!).Port), (origin.RemoteAddress, origin.RemotePort));

        // It counts for the client's address at once.
        using var second = await ConnectAsync(haproxy.Port);
        Assert.True(await IsRefusedAsync(second));
        using var other = await ConnectAsync(haproxy.Port, IPAddress.Parse("127.0.0.10"));
        await using var othersSecured = await SecureAsync(other);
        await ShakeHandsAsync(othersSecured, "");
        Assert.Equal("127.0.0.10", (await worker.NextAsync(EventKind.WebsocketConnect)).State.Origin.RemoteAddress);
    }

    [Theory]
    [InlineData("proxy", true)]
    [InlineData("peer", false)]
    public async Task Tls_HeaderInPieces_IsReadOnlyWhereItIsConfigured(string from, bool isServed)
    {
        using var folder = new TemporaryFolder();
        TestAuthority.WritePem(TestAuthority.SelfSigned(), folder.File("gateway.pem"));
        await using var gateway = await StartAsync(0, "wss://127.0.0.1:0", from, ("Gateway:Listen:0:Certificate", folder.File("gateway.pem")));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        using var client = await ConnectAsync(PortOf(gateway), IPAddress.Loopback);
        var header = "PROXY TCP4 203.0.113.7 127.0.0.1 5555 8282\r\n"u8.ToArray();
        foreach (var piece in header.Chunk(isServed ? 7 : header.Length))
        {
            await client.SendAsync(piece).Guarded();
            await Task.Yield();
        }

        Assert.Equal(!isServed, await IsRefusedAsync(client));
        if (isServed)
        {
            var origin = (await worker.NextAsync(EventKind.WebsocketConnect)).State.Origin;
            Assert.Equal(("203.0.113.7", 5555u), (origin.RemoteAddress, origin.RemotePort));
            client.Dispose();
            await worker.NextAsync(EventKind.Close);
        }

        // A proxy's own check comes without the header, and without TLS it is nobody's.
        using var check = await ConnectAsync(PortOf(gateway), IPAddress.Loopback);
        await using var secured = await SecureAsync(check);
        await ShakeHandsAsync(secured, "");
        Assert.Equal("127.0.0.1", (await worker.NextAsync(EventKind.WebsocketConnect)).State.Origin.RemoteAddress);
        using var garbage = await ConnectAsync(PortOf(gateway), IPAddress.Loopback);
        await garbage.SendAsync("PROXY TCP4 nonsense\r\n"u8.ToArray()).Guarded();
        Assert.True(await IsRefusedAsync(garbage));
    }

    private static int PortOf(RunningGateway gateway) => new Uri(gateway.WebSocketUrl).Port;

    private static Task<RunningGateway> StartAsync(int listener, string url, string from, params (string Key, string Value)[] more) => RunningGateway.StartAsync(
        1,
        [($"Gateway:Listen:{listener}", url), ($"Gateway:Listen:{listener}:TrustedProxies:0", "127.0.0.1"), ($"Gateway:Listen:{listener}:ClientAddressFrom", from), .. more]);

    private static async Task<Socket> ConnectAsync(int port, IPAddress? local = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(local ?? Client, 0));
        await socket.ConnectAsync(IPAddress.Loopback, port).Guarded();
        return socket;
    }

    private static async Task<SslStream> SecureAsync(Socket socket)
    {
        var stream = new SslStream(new NetworkStream(socket), false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync("localhost").Guarded();
        return stream;
    }

    // TLS, or the end of the connection.
    private static async Task<bool> IsRefusedAsync(Socket socket)
    {
        try
        {
            var stream = await SecureAsync(socket);
            return (await ShakeHandsAsync(stream, "", mayFail: true)).Length == 0;
        }
        catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
        {
            return true;
        }
    }

    private static async Task<string> ShakeHandsAsync(Stream stream, string headers, bool mayFail = false)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n")).AsTask().Guarded();
        var answer = new StringBuilder();
        var buffer = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await ReadAsync() > 0)
        {
            answer.Append((char)buffer[0]);
        }

        return answer.ToString();

        async Task<int> ReadAsync()
        {
            try
            {
                return await stream.ReadAsync(buffer).AsTask().Guarded();
            }
            catch (IOException) when (mayFail)
            {
                return 0;
            }
        }
    }
}
