using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>Whatever comes in, every process lives and a canary client still gets its echo.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task Garbage_OnEveryPort_HarmsNobody()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 1, "playground=/");
        await using var canary = await TestClient.ConnectAsync(cluster.WebSocketAddress(cluster.Gateways[0]));
        var gateway = cluster.Gateways[0];
        int[] ports =
        [
            cluster.ClientPort(gateway), cluster.TextPort(gateway), cluster.FramePort(gateway), cluster.GatewayInnerPort(gateway),
            cluster.RegisterPort, cluster.HttpAddress.Port, cluster.InnerPort,
        ];

        var random = new Random(20261121);
        const int Connections = 2000;
        for (var i = 0; i < Connections; i++)
        {
            await ThrowAsync(ports[i % ports.Length], Garbage(random), random.Next(3));
            if (i % 200 == 0)
            {
                await canary.SendAsync($"canary {i}");
                Assert.Equal($"canary {i}", await canary.ReceiveAsync());
            }
        }

        await canary.SendAsync("canary at the end");
        Assert.Equal("canary at the end", await canary.ReceiveAsync());
        Assert.All([cluster.Register, cluster.WebApi, gateway, cluster.Workers[0]], role => Assert.False(role.HasExited, role.Log));
        await cluster.AnswersAsync();
    }

    [Fact]
    public async Task Http_BadCalls_GetTheirClearAnswers()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 1, "shop");
        using var caller = cluster.Caller();

        await IsAsync(caller, Command("nonsense"), HttpStatusCode.NotFound);
        await IsAsync(caller, Command("sendToUid", ("uid", "U_1")), HttpStatusCode.BadRequest, "message");
        await IsAsync(caller, Command("isOnline"), HttpStatusCode.BadRequest, "client_id");
        await IsAsync(caller, Command("isOnline", ("client_id", "xyz")), HttpStatusCode.BadRequest, "client_id");
        await IsAsync(caller, HttpCaller.Post("gateway/isOnline", [("client_id", "7f0000010b5400000001")]), HttpStatusCode.Unauthorized);
        await IsAsync(caller, WithKey(HttpCaller.Post("gateway/isOnline", []), "wrong"), HttpStatusCode.Unauthorized);
        await IsAsync(caller, HttpCaller.Post("push/push/SendMessageToMerchant", [("uid", "U_1")]), HttpStatusCode.Unauthorized);
        await IsAsync(caller, Messages(HttpCaller.Token("U_1", DateTimeOffset.UtcNow.AddMinutes(-10))), HttpStatusCode.Unauthorized);
        await IsAsync(caller, Messages(HttpCaller.Token("U_1", DateTimeOffset.UtcNow.AddHours(1), "another secret of 32 characters!!")), HttpStatusCode.Unauthorized);
        await IsAsync(caller, Messages("eyJhbGciOiJub25lIn0.eyJzdWIiOiJVXzEifQ."), HttpStatusCode.Unauthorized);
        await IsAsync(caller, Json("gateway/sendToAll", "{\"message\":"), HttpStatusCode.BadRequest);
        await IsAsync(caller, Json("gateway/sendToAll", "\"\xff\xfe\"", Encoding.Latin1), HttpStatusCode.BadRequest);
        await IsAsync(caller, Json("gateway/sendToAll", "{\"message\":\"" + new string('x', 40_000_000) + "\"}"), HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task ClientIdOfUnknownGateway_IsNeverDialled()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 1, "shop");
        using var caller = cluster.Caller();
        using var trap = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        trap.Bind(new IPEndPoint(IPAddress.Loopback, FreePort.Take()));
        trap.Listen();
        var forged = $"7f000001{((IPEndPoint)trap.LocalEndPoint!).Port:x4}00000001";

        var sent = await caller.CommandAsync("sendToClient", ("client_id", forged), ("message", "x"));
        var known = await caller.CommandAsync("sendToClient", ("client_id", $"7f000001{cluster.GatewayInnerPort(cluster.Gateways[0]):x4}00000000"), ("message", "x"));

        Assert.Equal((503, 404), (sent.GetProperty("code").GetInt32(), known.GetProperty("code").GetInt32()));
        Assert.Equal(0, sent.GetProperty("data").GetProperty("delivered").GetInt32());
        Assert.Equal("GatewayGone", sent.GetProperty("data").GetProperty("gateways")[0].GetProperty("status").GetString());
        Assert.Equal("NoSuchClient", known.GetProperty("data").GetProperty("gateways")[0].GetProperty("status").GetString());
        Assert.False(trap.Poll(TimeSpan.Zero, SelectMode.SelectRead), "somebody dialled a gateway that no register knows");
    }

    private static byte[] Garbage(Random random)
    {
        byte[][] starts =
        [
            [], "GET / HTTP/1.1\r\n"u8.ToArray(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), [0, 0, 0, 28, 200], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0],
            "{\"event\":\"worker_connect\"}\n"u8.ToArray(), "POST /gateway/sendToAll HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n"u8.ToArray(), [0x81, 0xff],
        ];
        var tail = new byte[random.Next(300)];
        random.NextBytes(tail);
        return [.. starts[random.Next(starts.Length)], .. tail];
    }

    private static async Task ThrowAsync(int port, byte[] garbage, int ending)
    {
        using var client = await RawClient.ConnectAsync(port);
        try
        {
            await client.SendAsync(garbage);
            if (ending == 0)
            {
                client.Socket.Shutdown(SocketShutdown.Send);
            }
            else if (ending == 1)
            {
                client.Socket.LingerState = new LingerOption(true, 0);
            }
        }
        catch (SocketException)
        {
            // Refused in the middle: as good an answer as any to garbage.
        }
    }

    private static HttpRequestMessage Command(string method, params (string Name, string Value)[] form) =>
        WithKey(HttpCaller.Post($"gateway/{method}", form), PorticoCluster.ApiKey);

    private static HttpRequestMessage WithKey(HttpRequestMessage request, string key)
    {
        request.Headers.Add("X-Api-Key", key);
        return request;
    }

    private static HttpRequestMessage Json(string path, string json, Encoding? encoding = null)
    {
        var content = new ByteArrayContent((encoding ?? Encoding.UTF8).GetBytes(json));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = WithKey(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, PorticoCluster.ApiKey);

        // The answer comes before the body, so that a refusal is not lost in a reset.
        request.Headers.ExpectContinue = true;
        return request;
    }

    private static HttpRequestMessage Messages(string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/messages?with=V_2");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private static async Task IsAsync(HttpCaller caller, HttpRequestMessage request, HttpStatusCode expected, string? field = null)
    {
        using (request)
        {
            var (status, body) = await caller.SendAsync(request);
            Assert.True(status == expected, $"{request.Method} {request.RequestUri}: {status} instead of {expected}: {body}");
            if (field is not null)
            {
                Assert.Equal((int)expected, body.GetProperty("code").GetInt32());
                Assert.Contains(field, body.GetProperty("errors").GetRawText(), StringComparison.Ordinal);
            }

            if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("msg", out var message))
            {
                Assert.NotEqual("", message.GetString());
            }
        }
    }
}
