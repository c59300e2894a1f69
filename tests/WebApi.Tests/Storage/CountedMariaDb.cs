using Dapper;
using MySqlConnector;
using Portico.Support;

namespace Portico.WebApi.Tests.Storage;

/// <summary>A web-api with 500 conversations of 60 messages on a MariaDB server that nothing else uses, so that the server's counters count it alone.</summary>
public sealed class CountedMariaDb : IAsyncLifetime
{
    public const int Conversations = 500;

    // No lease is looked after meanwhile.
    private static readonly Dictionary<string, string?> Quiet = new() { ["Service:LeaseSeconds"] = "3600" };

    private PrivateMariaDb? _server;
    private WebApiHarness? _api;
    private MySqlConnection? _counting;

    internal WebApiHarness Api
    {
        get
        {
            Assert.SkipWhen(PrivateMariaDb.Missing is not null, PrivateMariaDb.Missing ?? "");
            return _api!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (PrivateMariaDb.Missing is not null)
        {
            return;
        }

        _server = await PrivateMariaDb.StartAsync();
        await _server.QueryAsync("CREATE DATABASE counted");
        var text = _server.ConnectionString("counted") + ";ConnectionTimeout=60";
        _api = await WebApiHarness.StartShopAsync(Quiet, "mysql:" + text);
        _counting = new MySqlConnection(text + ";Pooling=false");
        await _counting.OpenAsync();
        await _counting.ExecuteAsync(
            $"""
            INSERT INTO conversations (id, application, member_a, member_b, buyer_id, last_seq, last_at_ms)
                SELECT seq, 'shop', CONCAT('U_', seq), 'V_2', seq, 60, 1700000000000 + seq FROM seq_1_to_{Conversations};
            INSERT INTO messages (conversation_id, seq, from_a, sender, type, content, receiver_online, sent_at_ms)
                SELECT c.seq, n.seq, 1, CONCAT('U_', c.seq), 1, CONCAT('text ', n.seq), 0, 1700000000000 FROM seq_1_to_{Conversations} c, seq_1_to_60 n;
            """,
            commandTimeout: 600);
    }

    public async ValueTask DisposeAsync()
    {
        if (_counting is not null)
        {
            await _counting.DisposeAsync();
        }

        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>What a call costs: the least of three runs, so that what else a web-api does once in a while is not counted.</summary>
    internal async Task<(QueryCost Cost, T Answer)> CostAsync<T>(Func<Task<T>> call)
    {
        // What is opened or prepared once is not counted either.
        _ = Api;
        var answer = await call();
        var least = new QueryCost(long.MaxValue, long.MaxValue, long.MaxValue);
        for (var run = 0; run < 3; run++)
        {
            var before = await CountAsync();
            answer = await call();
            var after = await CountAsync();
            least = new QueryCost(
                Math.Min(least.Selects, after.Selects - before.Selects), Math.Min(least.Connections, after.Connections - before.Connections), Math.Min(least.Kills, after.Kills - before.Kills));
        }

        return (least, answer);
    }

    internal async Task<long> StatusAsync(string name) =>
        (await _counting!.QuerySingleAsync<(string Name, long Value)>($"SHOW GLOBAL STATUS WHERE variable_name = '{name}'")).Value;

    private async Task<QueryCost> CountAsync() => new(await StatusAsync("Com_select"), await StatusAsync("Connections"), await StatusAsync("Com_kill"));
}
