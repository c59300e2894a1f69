using System.Text.Json;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>The shop (docs/dev/applications.md 1.1) against separate OS processes, through gateways and workers that come and go.</summary>
public sealed class ShopRoadTests
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Shop_OnSeparateProcesses_TravelsTheWholeRoadThroughChanges(string store)
    {
        await using var database = await DatabaseAsync(store);
        await using var cluster = await PorticoCluster.StartAsync(
            started =>
            {
                if (database is not null)
                {
                    started.WebApiArguments.Add("--WebApi:Store=mysql:" + database.ConnectionString("shop"));
                }
            },
            gateways: 2,
            workers: 2,
            "shop");
        using var caller = cluster.Caller();
        await caller.ProductAsync(7, "V_2", "Lamp <b>&</b>");
        await using var buyer = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[0]));
        await using var merchant = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[1]));
        Assert.Equal(1, (await caller.ShopAsync("BindUserClientId", "U_1", ("client_id", buyer.ClientId))).GetProperty("status").GetInt32());
        // A page that loads again on the same socket binds again.
        Assert.Equal(1, (await caller.ShopAsync("BindUserClientId", "U_1", ("client_id", buyer.ClientId.ToUpperInvariant()))).GetProperty("status").GetInt32());
        Assert.Equal(-1, (await caller.AjaxAsync("BindUserClientId", "U_2", ("client_id", buyer.ClientId))).GetProperty("status").GetInt32());

        // A backend binds whom it likes, and back again.
        Assert.Equal(1, (await caller.ShopAsync("BindUserClientId", "U_2", ("client_id", buyer.ClientId))).GetProperty("status").GetInt32());
        Assert.Equal(1, (await caller.ShopAsync("BindUserClientId", "U_1", ("client_id", buyer.ClientId))).GetProperty("status").GetInt32());
        Assert.Equal(1, (await caller.AjaxAsync("BindUserClientId", "V_2", ("client_id", merchant.ClientId))).GetProperty("status").GetInt32());

        await SendsAreReceivedAsync(caller, buyer, merchant);
        await GrowthTakesPartAsync(cluster, caller, merchant);
        await KilledGatewayHurtsNobodyElseAsync(cluster, caller, merchant);
        await KilledWorkerIsReplacedAsync(cluster, merchant);

        Assert.Empty(cluster.UnexpectedErrors());
    }

    private static async Task<PrivateMariaDb?> DatabaseAsync(string store)
    {
        if (store == "sqlite")
        {
            return null;
        }

        Assert.SkipWhen(PrivateMariaDb.Missing is not null, PrivateMariaDb.Missing ?? "");
        var database = await PrivateMariaDb.StartAsync();
        await database.QueryAsync("CREATE DATABASE shop");
        return database;
    }

    private static async Task SendsAreReceivedAsync(HttpCaller caller, TestClient buyer, TestClient merchant)
    {
        // As a PHP backend sends it.
        var sent = await caller.ShopAsync("SendMessageToMerchant", "U_1", ("message", "hello <b>you</b>"), ("toMid", "V_2"), ("pid", "7"), ("client_id", buyer.ClientId), ("sendType", "message"));
        Assert.Equal(1, sent.GetProperty("status").GetInt32());
        Assert.Equal("", sent.GetProperty("html").GetString());
        Assert.Equal(JsonValueKind.Number, sent.GetProperty("timeStamp").ValueKind);
        var first = await merchant.ReceiveTypeAsync("reception");
        Assert.Equal("hello &lt;b&gt;you&lt;/b&gt;", first.GetProperty("content").GetString());
        Assert.Equal(1, first.GetProperty("c_type").GetInt32());
        var code = first.GetProperty("source").GetString()!;
        Assert.DoesNotContain("U_1", code, StringComparison.Ordinal);
        Assert.False(first.TryGetProperty("seq", out _));

        // As the old page sends a product card.
        var link = await caller.AjaxAsync("SendMessageToMerchant", "U_1", ("message", ""), ("toMid", "V_2"), ("pid", "7"), ("client_id", buyer.ClientId), ("sendType", "link"));
        Assert.Equal(1, link.GetProperty("status").GetInt32());
        Assert.Contains("Lamp &lt;b&gt;", link.GetProperty("html").GetString(), StringComparison.Ordinal);
        var card = await merchant.ReceiveTypeAsync("reception");
        Assert.Equal(2, card.GetProperty("c_type").GetInt32());
        Assert.Equal("Lamp <b>&</b>", card.GetProperty("content").GetProperty("title").GetString());
        Assert.False(card.GetProperty("content").TryGetProperty("price", out _));

        // The merchant answers on the WebSocket, to the code he received.
        await merchant.SendAsync(JsonSerializer.Serialize(new { type = "send", toClientUid = code, content = "yes?", c_type = 1, Db_id = 999999, source = "U_66" }));
        var reply = await buyer.ReceiveTypeAsync("reception");
        Assert.Equal("yes?", reply.GetProperty("content").GetString());
        Assert.False(reply.TryGetProperty("source", out _));

        var log = (await caller.GetAsync("api/v1/messages?with=V_2&after=0&limit=10", "U_1")).GetProperty("messages").EnumerateArray().ToArray();
        Assert.Equal([1L, 2L, 3L], log.Select(entry => entry.GetProperty("seq").GetInt64()));
        Assert.Equal("hello <b>you</b>", log[0].GetProperty("content").GetString());
        Assert.Equal(first.GetProperty("primary").GetInt64(), log[0].GetProperty("id").GetInt64());
        Assert.Equal("V_2", log[2].GetProperty("sender").GetString());
    }

    private static async Task GrowthTakesPartAsync(PorticoCluster cluster, HttpCaller caller, TestClient merchant)
    {
        await cluster.AddGatewayAsync();
        await cluster.AddWorkerAsync();
        await cluster.AnswersAsync();
        await using var late = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[2]));
        Assert.Equal(1, (await caller.ShopAsync("BindUserClientId", "U_3", ("client_id", late.ClientId))).GetProperty("status").GetInt32());

        await late.SendAsync("""{"type":"send","toClientUid":"V_2","content":"from the new one","c_type":1}""");

        Assert.Equal("from the new one", (await merchant.ReceiveTypeAsync("reception")).GetProperty("content").GetString());
    }

    private static async Task KilledGatewayHurtsNobodyElseAsync(PorticoCluster cluster, HttpCaller caller, TestClient merchant)
    {
        await cluster.Gateways[0].KillAsync();
        await using var other = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[2]));
        Assert.Equal(1, (await caller.ShopAsync("BindUserClientId", "U_4", ("client_id", other.ClientId))).GetProperty("status").GetInt32());

        var sent = await caller.ShopAsync("SendMessageToMerchant", "U_4", ("message", "still here"), ("toMid", "V_2"), ("pid", "7"), ("client_id", other.ClientId), ("sendType", "message"));

        Assert.Equal(1, sent.GetProperty("status").GetInt32());
        Assert.Equal("still here", (await merchant.ReceiveTypeAsync("reception")).GetProperty("content").GetString());
    }

    private static async Task KilledWorkerIsReplacedAsync(PorticoCluster cluster, TestClient merchant)
    {
        // Clients of every worker: whichever is killed, some of them were its own.
        var clients = new List<TestClient>();
        for (var i = 0; i < 12; i++)
        {
            clients.Add(await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[1 + (i % 2)])));
        }

        await cluster.Workers[0].KillAsync();
        foreach (var client in clients.Append(merchant))
        {
            await client.SendAsync("""{"type":"handshake","role":"user"}""");
            var answer = await client.ReceiveTypeAsync("handshake");
            Assert.Equal(client.ClientId, answer.GetProperty("client_id").GetString());
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
