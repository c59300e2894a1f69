using System.Text.Json;
using Portico.Client;
using Portico.Support;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Storage;

/// <summary>What reading costs a real MariaDB, counted by the server itself: statements, connections, KILLs.</summary>
public sealed class ReadStatementsTests(CountedMariaDb server) : IClassFixture<CountedMariaDb>
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(500)]
    public async Task Sync_ConversationsNamed_IsTwoStatementsOnKnownConnections(int named)
    {
        var body = new { uid = "V_2", limit = 10, conversations = Enumerable.Range(1, named).ToDictionary(id => $"{id}", _ => 57) };

        var (cost, answer) = await server.CostAsync(() => server.Api.JsonAsync(HttpMethod.Post, "/api/v1/sync", body).ReadAsync());

        Assert.Equal(new QueryCost(2, 0, 0), cost);
        AssertNews(answer, named);
        Assert.Equal(CountedMariaDb.Conversations, answer.GetProperty("conversations").EnumerateObject().Count());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(500)]
    public async Task Sync_ByAClientsFrame_IsTwoStatements(int named)
    {
        using var log = new MessageLogClient(server.Api.InnerAddress, new MessageLogOptions { Timeout = Guard.Limit }, TimeProvider.System);
        var frame = JsonSerializer.SerializeToUtf8Bytes(new { type = "sync", limit = 10, conversations = Enumerable.Range(1, named).ToDictionary(id => $"{id}", _ => 57) });

        var (cost, answer) = await server.CostAsync(async () => (await log.HandleAsync("shop", "V_2", new string('0', 20), frame))!.Value);

        Assert.Equal(new QueryCost(2, 0, 0), cost);
        AssertNews(JsonDocument.Parse(answer).RootElement, named);
    }

    [Fact]
    public async Task Sync_NothingIsNew_ReadsNoMessages()
    {
        var body = new { uid = "V_2", conversations = Enumerable.Range(1, CountedMariaDb.Conversations).ToDictionary(id => $"{id}", id => id % 2 == 0 ? 60 : long.MaxValue) };

        var (cost, answer) = await server.CostAsync(() => server.Api.JsonAsync(HttpMethod.Post, "/api/v1/sync", body).ReadAsync());

        Assert.Equal(new QueryCost(1, 0, 0), cost);
        Assert.All(answer.GetProperty("conversations").EnumerateObject(), entry => Assert.Equal((0, false), (entry.Value.GetProperty("messages").GetArrayLength(), entry.Value.GetProperty("more").GetBoolean())));
    }

    [Theory]
    [InlineData("/api/v1/messages?uid=V_2&with=U_7&limit=50", 2)]
    [InlineData("/api/v1/messages?uid=V_2&with=U_7&limit=5", 2)]
    [InlineData("/push/push/history?uid=V_2&with=U_7&limit=50", 2)]
    [InlineData("/api/v1/conversations?uid=V_2", 2)]
    [InlineData("/api/v1/conversations?uid=V_2&limit=10", 2)]
    [InlineData("/api/v1/unread?uid=V_2", 2)]
    [InlineData("/api/v1/admin/export?conversation=7", 3)]
    public async Task Read_AnyPage_OpensNoConnectionAndEndsNoQuery(string path, int statements)
    {

        var (cost, length) = await server.CostAsync(async () =>
        {
            using var answer = await server.Api.GetAsync(path);
            Assert.True(answer.IsSuccessStatusCode, path);
            return (await answer.Content.ReadAsStringAsync()).Length;
        });

        Assert.Equal(new QueryCost(statements, 0, 0), cost);
        Assert.True(length > 10, path);
    }

    [Fact]
    public async Task Reads_ManyAtOnce_StayWithinThePool()
    {

        var pages = await Task.WhenAll(Enumerable.Range(1, 400).Select(i => server.Api.GetAsync($"/api/v1/messages?uid=V_2&with=U_{i}&limit=60").ReadAsync()));

        Assert.All(pages, page => Assert.Equal(60, page.GetProperty("messages").GetArrayLength()));
        // One for each reader of the pool, the writer's, this class's and the command line's of the start.
        Assert.InRange(await server.StatusAsync("Max_used_connections"), 2, (int)MySqlSettings.PoolSize + 4);
        Assert.Equal(0, await server.StatusAsync("Com_kill"));
    }

    private static void AssertNews(JsonElement answer, int named)
    {
        foreach (var id in Enumerable.Range(1, named))
        {
            var entry = answer.GetProperty("conversations").GetProperty($"{id}");
            Assert.Equal(["text 58", "text 59", "text 60"], entry.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()));
            Assert.False(entry.GetProperty("more").GetBoolean());
        }
    }
}
