using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Crash;

/// <summary>The connection to MariaDB breaks at the worst moment, between COMMIT and its answer, or just before it: nothing is doubled, lost or said wrongly.</summary>
public sealed class LostCommitTests(MariaDbFixture server)
{
    // No lease is looked after meanwhile: the only COMMIT is the one to be cut.
    private static readonly Dictionary<string, string?> Quiet = new() { ["Service:LeaseSeconds"] = "3600" };

    [Theory]
    [InlineData(true, "")]
    [InlineData(true, "its-id")]
    [InlineData(false, "")]
    [InlineData(false, "its-id")]
    public async Task Send_ConnectionIsCutAtTheCommit_IsInTheLogOnceAndAnsweredSo(bool serverGetsIt, string clientMsgId)
    {
        var direct = await server.CreateDatabaseAsync();
        await using var cutter = new CommitCutter(PortOf(direct));
        var cut = direct.Replace($"Port={PortOf(direct)};", $"Port={cutter.Port};", StringComparison.Ordinal);
        await using var api = await WebApiHarness.StartShopAsync(Quiet, "mysql:" + cut);
        var receiver = api.Gateways.Connect("V_2", "portico.v1");
        await SendAsync(api, "first", "");

        cutter.CutNext(serverGetsIt);
        using var answer = await SendAsync(api, "second", clientMsgId);
        using var again = await SendAsync(api, "second", clientMsgId.Length > 0 ? clientMsgId : "another");
        using var last = await SendAsync(api, "third", "");

        Assert.Equal(1, cutter.Cuts);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], new[] { answer, again, last }.Select(sent => sent.StatusCode));
        var (stored, repeated) = (await answer.ReadAsync(), await again.ReadAsync());
        Assert.Equal((2, clientMsgId.Length > 0 ? 1 : 0), (stored.GetProperty("seq").GetInt32(), repeated.GetProperty("repeated").GetInt32()));
        string[] expected = clientMsgId.Length > 0 ? ["first", "second", "third"] : ["first", "second", "second", "third"];
        using var connection = new MySqlDialect(direct, new LogClock(TimeProvider.System, TimeZoneInfo.Utc)).Open();
        var rows = connection.Query<(long Seq, long Id, string Content)>("SELECT seq, id, content FROM messages ORDER BY seq").ToList();
        Assert.Equal(expected, rows.Select(row => row.Content));
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(seq => (long)seq), rows.Select(row => row.Seq));
        Assert.Equal(stored.GetProperty("id").GetInt64(), rows[1].Id);
        foreach (var content in expected)
        {
            Assert.Equal(content, (await receiver.NextJsonAsync()).GetProperty("content").GetString());
        }
    }

    [Fact]
    public async Task Write_ConnectionIsCutAtACommitWithoutMessages_IsNotKnownAndGoesThroughAgain()
    {
        var direct = await server.CreateDatabaseAsync();
        await using var cutter = new CommitCutter(PortOf(direct));
        var cut = direct.Replace($"Port={PortOf(direct)};", $"Port={cutter.Port};", StringComparison.Ordinal);
        await using var api = await WebApiHarness.StartAsync(Quiet, "mysql:" + cut);

        cutter.CutNext(serverGetsIt: true);
        using var refused = await api.JsonAsync(HttpMethod.Put, "/api/v1/products/7", new { merchant_uid = "V_2", title = "Tea" });
        using var taken = await api.JsonAsync(HttpMethod.Put, "/api/v1/products/7", new { merchant_uid = "V_2", title = "Tea" });

        Assert.Equal((1, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (cutter.Cuts, refused.StatusCode, taken.StatusCode));
        Assert.Equal("V_2", (await api.Services.GetRequiredService<ProductTable>().FindAsync(7))?.MerchantUid);
    }

    private static int PortOf(string connectionString) =>
        Convert.ToInt32(new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connectionString }["Port"], System.Globalization.CultureInfo.InvariantCulture);

    private static Task<HttpResponseMessage> SendAsync(WebApiHarness api, string content, string clientMsgId) =>
        api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content, client_msg_id = clientMsgId });
}
