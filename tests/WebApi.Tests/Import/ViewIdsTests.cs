using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Portico.Support;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Import;

/// <summary>An id stands once in a view, whatever was sent before, during and after an import, and old rows keep theirs.</summary>
public sealed class ViewIdsTests(MariaDbFixture server) : IDisposable
{
    private const string OldTables = """
        CREATE TABLE hp_chat_log (id INTEGER PRIMARY KEY, user_id INTEGER, merchant_id VARCHAR(20), send_message TEXT, send_message_type INTEGER, sender INTEGER, send_time INTEGER, read_status INTEGER, acc_isonline INTEGER);
        INSERT INTO hp_chat_log VALUES (1, 7, 'V_2', 'old 1', 1, 1, 1600000000, 1, 1), (2, 7, 'V_2', 'old 2', 1, 2, 1600000000, 1, 1), (3, 7, 'V_2', 'old 3', 1, 1, 1600000000, 1, 1), (5, 8, 'V_2', 'old 5', 1, 1, 1600000000, 1, 1);
        CREATE TABLE chat (id INTEGER PRIMARY KEY, msg TEXT, openid VARCHAR(64), type INTEGER, isread INTEGER, creat_time VARCHAR(19));
        INSERT INTO chat VALUES (1, 'old 1', 'oX', 2, 1, '2020-09-13 12:26:40'), (2, 'old 2', 'oX', 1, 1, '2020-09-13 12:26:40'), (3, 'old 3', 'oY', 1, 1, '2020-09-13 12:26:40'), (5, 'old 5', 'oX', 1, 1, '2020-09-13 12:26:40');
        """;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Import_TablesAreThereFirst_NewMessagesKeepTheirIdsAndOldRowsTheirs(string kind)
    {
        var store = await StoreAsync(kind);
        await using var api = await StartAsync(store, OldTables);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        var sent = new List<(long Id, string Text)>();
        await SendAsync(api, sent, "before");
        connection.Execute("INSERT INTO hp_chat_log VALUES (6, 7, 'V_2', 'old 6', 1, 1, 1600000001, 1, 1)");
        await api.FormAsync("/api/v1/admin/import", []).ReadAsync();
        await SendAsync(api, sent, "between");
        connection.Execute("INSERT INTO hp_chat_log VALUES (9, 7, 'V_2', 'old 9', 1, 1, 1600000001, 1, 1)");
        await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();
        await SendAsync(api, sent, "after");

        Assert.Equal(
            [(1, "old 1"), (2, "old 2"), (3, "old 3"), (5, "old 5"), (6, "old 6"), (9, "old 9"), .. sent.Where(row => row.Text.StartsWith("shop", StringComparison.Ordinal))],
            Rows(connection, "hp_chat_log", "send_message"));
        Assert.Equal(
            [(1, "old 1"), (2, "old 2"), (3, "old 3"), (5, "old 5"), .. sent.Where(row => row.Text.StartsWith("service", StringComparison.Ordinal))],
            Rows(connection, "chat", "msg"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Import_TablesComeToALogInUse_EachIdStandsOnceAndStays(string kind)
    {
        var store = await StoreAsync(kind);
        await using var api = await StartAsync(store, "");
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        var sent = new List<(long Id, string Text)>();
        for (var i = 0; i < 3; i++)
        {
            await SendAsync(api, sent, $"before {i}");
        }

        connection.Execute("DROP VIEW hp_chat_log; DROP VIEW chat;" + OldTables);
        await api.FormAsync("/api/v1/admin/import", []).ReadAsync();
        await SendAsync(api, sent, "between");
        await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();
        var (shop, service) = (Rows(connection, "hp_chat_log", "send_message"), Rows(connection, "chat", "msg"));
        await SendAsync(api, sent, "after");
        var (shopLater, serviceLater) = (Rows(connection, "hp_chat_log", "send_message"), Rows(connection, "chat", "msg"));

        Assert.Equal([(1, "old 1"), (2, "old 2"), (3, "old 3"), (5, "old 5")], shop.Where(row => row.Text.StartsWith("old", StringComparison.Ordinal)));
        Assert.Equal([(1, "old 1"), (2, "old 2"), (3, "old 3"), (5, "old 5")], service.Where(row => row.Text.StartsWith("old", StringComparison.Ordinal)));
        Assert.Equal((8, 8), (shop.DistinctBy(row => row.Id).Count(), service.DistinctBy(row => row.Id).Count()));
        Assert.All(shop.Concat(service), row => Assert.InRange(row.Id, 1, (1L << 53) - 1));
        Assert.Equal((9, 9), (shopLater.DistinctBy(row => row.Id).Count(), serviceLater.DistinctBy(row => row.Id).Count()));
        Assert.Equal((shop, service), (shopLater.Intersect(shop).ToList(), serviceLater.Intersect(service).ToList()), Lists);
        Assert.Equal(sent.Count, shopLater.Concat(serviceLater).Count(row => !row.Text.StartsWith("old", StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private static bool Lists((List<(long, string)> One, List<(long, string)> Other) a, (List<(long, string)> One, List<(long, string)> Other) b) =>
        a.One.SequenceEqual(b.One) && a.Other.SequenceEqual(b.Other);

    private async Task<string> StoreAsync(string kind) => kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : "sqlite:" + _folder.File("log.db");

    // The tables stand in the database before Portico knows it.
    private static async Task<WebApiHarness> StartAsync(string store, string tables)
    {
        var (kind, place) = (store[..store.IndexOf(':', StringComparison.Ordinal)], store[(store.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        var clock = new LogClock(TimeProvider.System, TimeZoneInfo.Utc);
        ISqlDialect dialect = kind == "mysql" ? new MySqlDialect(place, clock) : new SqliteDialect(place, clock);
        if (tables.Length > 0)
        {
            using var connection = dialect.OpenForWriting();
            connection.Execute(tables);
        }

        return await WebApiHarness.StartShopAsync(store: store);
    }

    // One message of each application.
    private static async Task SendAsync(WebApiHarness api, List<(long Id, string Text)> sent, string text)
    {
        var shop = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_7", to = "V_2", content = "shop " + text }).ReadAsync();
        sent.Add((shop.GetProperty("id").GetInt64(), "shop " + text));
        var service = await api.Services.GetRequiredService<SendMessage>().SendAsync(
            new SendCommand { Application = ConversationKey.Service, Sender = "oX", Recipient = "", Type = 1, Content = "service " + text });
        sent.Add((service.Id, "service " + text));
    }

    private static List<(long Id, string Text)> Rows(System.Data.Common.DbConnection connection, string view, string text) =>
        connection.Query<(long, string)>($"SELECT id, {text} FROM {view} ORDER BY id").AsList();
}
