using System.Net.Http.Json;
using Dapper;
using Portico.Support;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Import;

/// <summary>kill -9 of the web-api in the middle of an import that takes over: run again, nothing is doubled and nothing is missing.</summary>
public sealed class ImportCrashTests(MariaDbFixture server) : IDisposable
{
    private const string ApiKey = "import-crash-api-key";
    private const int Rows = 12_000;
    private static readonly int[] KilledAt = [1, 4000, 9000];
    private readonly TemporaryFolder _folder = new();
    private readonly TextRegister _register = new();
    private readonly HttpClient _http = new() { Timeout = Guard.LongLimit };

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Import_WebApiIsKilledInTheMiddle_TheNextRunFinishesIt(string kind)
    {
        var clock = new LogClock(TimeProvider.System, TimeZoneInfo.Utc);
        var store = kind == "mysql" ? await server.CreateDatabaseAsync() : _folder.File("log.db");
        ISqlDialect dialect = kind == "mysql" ? new MySqlDialect(store, clock) : new SqliteDialect(store, clock);
        using var connection = dialect.OpenForWriting();
        connection.Execute(Old(kind), commandTimeout: 600);
        foreach (var rows in KilledAt)
        {
            await using var api = await StartAsync($"{kind}:{store}");
            var run = RunAsync();
            await Guard.UntilAsync(() => run.IsCompleted || connection.ExecuteScalar<long>("SELECT COUNT(*) FROM messages") >= rows, "rows of the import");
            await api.KillAsync();
            await run;
        }

        await using var last = await StartAsync($"{kind}:{store}");
        Assert.True(await RunAsync());

        Assert.Equal(
            connection.Query<(long, long, string)>("SELECT id, user_id, send_message FROM hp_chat_log_old ORDER BY id"),
            connection.Query<(long, long, string)>("SELECT id, user_id, send_message FROM hp_chat_log ORDER BY id"));
        Assert.Equal(Rows, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log"));
        Assert.Empty(connection.Query<long>(
            """
            SELECT c.id FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
            GROUP BY c.id, c.last_seq HAVING COUNT(m.seq) <> c.last_seq OR MAX(m.seq) <> c.last_seq OR MIN(m.seq) <> 1
            """));
    }

    public void Dispose()
    {
        _http.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
        _register.Dispose();
    }

    // The numbers' table of each database.
    private static string Old(string kind) => $"""
        CREATE TABLE hp_chat_log (id INTEGER PRIMARY KEY, user_id INTEGER, merchant_id VARCHAR(20), send_message TEXT, send_message_type INTEGER, sender INTEGER, send_time INTEGER, read_status INTEGER, acc_isonline INTEGER);
        INSERT INTO hp_chat_log {(kind == "mysql" ? "" : $"WITH RECURSIVE numbers(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < {Rows})")}
            SELECT seq, seq % 300 + 1, 'V_2', 'text', 1, seq % 2 + 1, 1500000000 + seq, 1, 0 FROM {(kind == "mysql" ? $"seq_1_to_{Rows}" : "numbers")};
        """;

    private int Port { get; } = FreePort.Take();

    private async Task<bool> RunAsync()
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{Port}/api/v1/admin/import") { Content = JsonContent.Create(new { take_over = true }) };
            request.Headers.Add("X-Api-Key", ApiKey);
            using var answer = await _http.SendAsync(request);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            // Killed.
            return false;
        }
    }

    private Task<RoleProcess> StartAsync(string store) => RoleProcess.StartAsync(
        "Portico.WebApi", "is ready", _folder.Path, $"--WebApi:Listen=http://127.0.0.1:{Port}", "--WebApi:InnerListen=127.0.0.1:0", $"--WebApi:ApiKeys:0={ApiKey}",
        $"--WebApi:Store={store}", $"--WebApi:RegisterAddress:0={_register.Address}", $"--DataFolder={_folder.Path}");
}
