using System.Data.Common;
using Dapper;
using Portico.WebApi.Hosting;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Service;

/// <summary>
/// Waiting visitors who are there, absent, or leave. Each step is a conditional UPDATE, so several web-apis may do the same at the same time: one of
/// them wins, and the others change nothing.
/// </summary>
internal sealed class WaitingVisitors(ISqlDialect dialect, ChatLog log, ServiceOptions options)
{
    // Names in one statement.
    private const int Slice = 500;

    private const string Leave =
        "UPDATE service_cases SET state = 3, agent = '', closed_at_ms = @now, away_since_ms = NULL, lease_until_ms = 0 WHERE state = 0 AND ";

    /// <summary>Notes who is absent and who is there again. False when nothing was new.</summary>
    public Task<bool> MarkAsync(IReadOnlyCollection<string> absent, IReadOnlyCollection<string> present) => log.WriteAsync((connection, transaction) =>
    {
        var now = log.Clock.NowMs;
        var changed = 0;
        foreach (var openids in absent.Chunk(Slice))
        {
            changed += connection.Execute(
                "UPDATE service_cases SET away_since_ms = @now WHERE state = 0 AND away_since_ms IS NULL AND open_key IN @openids",
                new { openids, now }, transaction);
        }

        foreach (var openids in present.Chunk(Slice))
        {
            changed += connection.Execute(
                "UPDATE service_cases SET away_since_ms = NULL WHERE state = 0 AND away_since_ms IS NOT NULL AND open_key IN @openids",
                new { openids }, transaction);
        }

        return changed > 0;
    });

    /// <summary>Takes those out of the queue who are absent for <see cref="ServiceOptions.AbsentMinutes"/>, and the longest absent beyond a second
    /// <see cref="ServiceOptions.QueueCapacity"/>; their number.</summary>
    public Task<int> ExpireAsync() => log.WriteAsync((connection, transaction) =>
    {
        var now = log.Clock.NowMs;
        var expired = connection.Execute(Leave + "away_since_ms <= @before", new { now, before = now - (options.AbsentMinutes * 60_000L) }, transaction);
        var tooMany =
            connection.ExecuteScalar<long>("SELECT COUNT(away_since_ms) FROM service_cases WHERE state = 0", transaction: transaction) - options.QueueCapacity;
        return expired + (tooMany > 0 ? ExpireLongest(connection, transaction, tooMany, now) : 0);
    });

    /// <summary>A visitor leaves the queue. False when he did not wait.</summary>
    public Task<bool> LeaveAsync(string openid) => log.WriteAsync((connection, transaction) =>
        connection.Execute(Leave + "open_key = @openid", new { openid, now = log.Clock.NowMs }, transaction) == 1);

    /// <summary>Those who left before anybody answered, the latest first.</summary>
    public async Task<List<CaseRow>> ListLeftAsync(int most)
    {
        await using var connection = await dialect.OpenAsync();
        return (await connection.QueryAsync<CaseRow>(
            $"SELECT {CaseRow.Columns} FROM {CaseRow.Tables} WHERE s.state = 3 ORDER BY s.closed_at_ms DESC, s.id DESC LIMIT @most", new { most })).AsList();
    }

    private static int ExpireLongest(DbConnection connection, DbTransaction transaction, long most, long now)
    {
        var ids = connection.Query<long>(
            "SELECT id FROM service_cases WHERE state = 0 AND away_since_ms IS NOT NULL ORDER BY away_since_ms, id LIMIT @most", new { most }, transaction);
        return ids.Chunk(Slice).Sum(some => connection.Execute(Leave + "id IN @some", new { some, now }, transaction));
    }
}
