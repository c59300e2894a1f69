using System.Data.Common;
using Dapper;
using Portico.WebApi.Hosting;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Service;

/// <summary>
/// The steps of the queue, each one transaction of the log's writer. Who gets a case is decided by an UPDATE that only one can win, so it holds
/// for several workers and several web-api processes on one database.
/// </summary>
internal sealed class ServiceCases(ISqlDialect dialect, ChatLog log, ServiceOptions options)
{
    private const string OpenCase = $"SELECT {CaseRow.Columns} FROM {CaseRow.Tables} WHERE s.open_key = @openid";
    private const string LastClosedCase = $"SELECT {CaseRow.Columns} FROM {CaseRow.Tables} WHERE s.openid = @openid AND s.state = 2 ORDER BY s.id DESC LIMIT 1";

    private long NowMs => log.Clock.NowMs;

    private long LeaseEndMs => NowMs + (options.LeaseSeconds * 1000L);

    /// <summary>Puts a visitor who has no open case at the end of the queue.</summary>
    public Task<CaseOutcome> EnqueueAsync(string openid) => log.WriteAsync((connection, transaction) =>
    {
        var open = Find(connection, transaction, openid);
        if (open is { State: not CaseState.Left })
        {
            return CaseOutcome.Done;
        }

        if (connection.ExecuteScalar<long>(
            "SELECT COUNT(*) FROM service_cases WHERE state = 0 AND away_since_ms IS NULL", transaction: transaction) >= options.QueueCapacity)
        {
            return CaseOutcome.Full;
        }

        // He had left and begins anew, at the end.
        connection.Execute("UPDATE service_cases SET state = 2, open_key = NULL WHERE open_key = @openid AND state = 3", new { openid }, transaction);
        connection.Execute(
            "INSERT INTO service_cases (openid, open_key, state, agent, place, since_ms, lease_until_ms) VALUES (@openid, @openid, 0, '', 0, @now, 0)",
            new { openid, now = NowMs },
            transaction);
        return CaseOutcome.Done;
    });

    /// <summary>Gives an agent a case: the named visitor's, or the head of the queue (empty openid).</summary>
    public Task<(CaseOutcome Outcome, string Openid)> ClaimAsync(string agent, string openid) => log.WriteAsync((connection, transaction) =>
    {
        LockAgent(connection, transaction, agent);
        if (openid.Length > 0)
        {
            return (ClaimOne(connection, transaction, agent, Find(connection, transaction, openid)), openid);
        }

        while (true)
        {
            var head = connection.QueryFirstOrDefault<CaseRow>(
                $"SELECT {CaseRow.Columns} FROM {CaseRow.Tables} WHERE s.state = 0 ORDER BY {CaseRow.QueueOrder} LIMIT 1", transaction: transaction);
            var outcome = ClaimOne(connection, transaction, agent, head);
            if (outcome != CaseOutcome.Taken)
            {
                return (outcome, head?.Openid ?? "");
            }

            // Another process was faster with this one: the next.
        }
    });

    /// <summary>Hands a case to another agent.</summary>
    public Task<CaseOutcome> TransferAsync(string agent, string openid, string to) => log.WriteAsync((connection, transaction) =>
    {
        LockAgent(connection, transaction, to);
        if (agent != to && IsFull(connection, transaction, to))
        {
            return CaseOutcome.Full;
        }

        return connection.Execute(
            "UPDATE service_cases SET agent = @to, since_ms = @now, lease_until_ms = @lease WHERE open_key = @openid AND state = 1 AND agent = @agent",
            new { agent, openid, to, now = NowMs, lease = LeaseEndMs },
            transaction) == 1 ? CaseOutcome.Done : CaseOutcome.NotAllowed;
    });

    /// <summary>Puts a case that the agent has back to the head of the queue.</summary>
    public Task<CaseOutcome> ReturnAsync(string agent, string openid) => log.WriteAsync((connection, transaction) =>
        Find(connection, transaction, openid) is { State: CaseState.Held } held && held.Agent == agent && ToHead(connection, transaction, held, long.MaxValue)
            ? CaseOutcome.Done
            : CaseOutcome.NotAllowed);

    /// <summary>Ends a case that the agent has, or that of a visitor who has left.</summary>
    public Task<CaseOutcome> CloseAsync(string agent, string openid) => log.WriteAsync((connection, transaction) =>
        connection.Execute(
            "UPDATE service_cases SET state = 2, open_key = NULL, closed_at_ms = @now WHERE open_key = @openid AND ((state = 1 AND agent = @agent) "
                + "OR state = 3)",
            new { agent, openid, now = NowMs },
            transaction) == 1 ? CaseOutcome.Done : CaseOutcome.NotAllowed);

    /// <summary>
    /// An agent of the plain mode has answered somebody who waits, or has left: nobody needs to claim it any more. False when he did not wait.
    /// </summary>
    public Task<bool> AnsweredAsync(string agent, string openid) => log.WriteAsync((connection, transaction) =>
        connection.Execute(
            "UPDATE service_cases SET state = 2, open_key = NULL, agent = @agent, closed_at_ms = @now WHERE open_key = @openid AND state IN (0, 3)",
            new { agent, openid, now = NowMs },
            transaction) == 1);

    /// <summary>How many conversations an agent takes at once.</summary>
    public Task SetCapacityAsync(string agent, long capacity) => log.WriteAsync((connection, transaction) =>
    {
        LockAgent(connection, transaction, agent);
        return connection.Execute("UPDATE service_agents SET capacity = @capacity WHERE name = @agent", new { agent, capacity }, transaction);
    });

    /// <summary>Rates the visitor's last closed case, once; null when there is none to rate.</summary>
    public Task<CaseRow?> RateAsync(string openid, long score, string rating) => log.WriteAsync((connection, transaction) =>
    {
        var last = connection.QueryFirstOrDefault<CaseRow>(LastClosedCase, new { openid }, transaction);
        return last is { Score: null, Rateable: true } && connection.Execute(
            "UPDATE service_cases SET score = @score, rating = @rating, rated_at_ms = @now WHERE id = @Id AND score IS NULL",
            new { last.Id, score, rating, now = NowMs },
            transaction) == 1 ? last : null;
    });

    /// <summary>Prolongs the leases of agents who are there.</summary>
    public Task RenewAsync(IReadOnlyCollection<string> agents) => log.WriteAsync((connection, transaction) => connection.Execute(
        "UPDATE service_cases SET lease_until_ms = @lease WHERE state = 1 AND agent IN @agents", new { agents, lease = LeaseEndMs }, transaction));

    /// <summary>Returns what agents had whose leases are over to the head of the queue, in the order it was there before.</summary>
    public Task<List<CaseRow>> ExpireAsync() => log.WriteAsync((connection, transaction) =>
    {
        var now = NowMs;
        var over = connection.Query<CaseRow>(
            $"SELECT {CaseRow.Columns} FROM {CaseRow.Tables} WHERE s.state = 1 AND s.lease_until_ms < @now ORDER BY s.place DESC, s.id DESC",
            new { now }, transaction).AsList();
        return over.FindAll(row => ToHead(connection, transaction, row, now));
    });

    /// <summary>A visitor's open case.</summary>
    public async Task<CaseRow?> FindOpenAsync(string openid)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.QueryFirstOrDefaultAsync<CaseRow>(OpenCase, new { openid });
    }

    /// <summary>A visitor's last closed case.</summary>
    public async Task<CaseRow?> FindLastClosedAsync(string openid)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.QueryFirstOrDefaultAsync<CaseRow>(LastClosedCase, new { openid });
    }

    /// <summary>What a visitor has not read.</summary>
    public async Task<long> UnreadByVisitorAsync(string openid) =>
        await log.FindAsync(ConversationKey.OfVisitor(openid)) is { } conversation ? conversation.Unread(ofA: true) : 0;

    /// <summary>How many stand before and with this one: 1 for the head.</summary>
    public async Task<long> PositionAsync(CaseRow waiting)
    {
        await using var connection = await dialect.OpenAsync();
        return 1 + await connection.ExecuteScalarAsync<long>(
            """
            SELECT COUNT(*) FROM service_cases WHERE state = 0 AND ((away_since_ms IS NOT NULL) < @isAway
                OR ((away_since_ms IS NOT NULL) = @isAway AND (place < @Place OR (place = @Place AND id < @Id))))
            """,
            new { waiting.Place, waiting.Id, isAway = waiting.AwaySinceMs is null ? 0 : 1 });
    }

    /// <summary>All who wait, head first.</summary>
    public async Task<List<string>> ListWaitingAsync()
    {
        await using var connection = await dialect.OpenAsync();
        return (await connection.QueryAsync<string>($"SELECT s.openid FROM service_cases s WHERE s.state = 0 ORDER BY {CaseRow.QueueOrder}")).AsList();
    }

    /// <summary>The queue as agents see it.</summary>
    public async Task<QueueSnapshot> SnapshotAsync(int longest)
    {
        await using var connection = await dialect.OpenAsync();
        var waiting = await connection.QueryAsync<CaseRow>(
            $"SELECT {CaseRow.Columns} FROM {CaseRow.Tables} WHERE s.state = 0 ORDER BY {CaseRow.QueueOrder} LIMIT @longest", new { longest });
        var (length, absent) = await connection.QuerySingleAsync<(long Length, long Absent)>(
            "SELECT COUNT(*), COUNT(away_since_ms) FROM service_cases WHERE state = 0");
        var left = await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM service_cases WHERE state = 3");
        var held = await connection.QueryAsync<CaseRow>($"SELECT {CaseRow.Columns} FROM {CaseRow.Tables} WHERE s.state = 1 ORDER BY s.since_ms, s.id");
        var capacities = await connection.QueryAsync<(string Name, long Capacity)>("SELECT name, capacity FROM service_agents WHERE capacity IS NOT NULL");
        return new QueueSnapshot(
            waiting.AsList(), length, absent, left, held.AsList(), capacities.ToDictionary(row => row.Name, row => row.Capacity, StringComparer.Ordinal));
    }

    /// <summary>Rated cases, in the order of their ids.</summary>
    public async Task<List<CaseRow>> ListRatedAsync(long after, int limit)
    {
        await using var connection = await dialect.OpenAsync();
        return (await connection.QueryAsync<CaseRow>(
            $"SELECT {CaseRow.Columns} FROM {CaseRow.Tables} WHERE s.id > @after AND s.score IS NOT NULL ORDER BY s.id LIMIT @limit",
            new { after, limit })).AsList();
    }

    private static CaseRow? Find(DbConnection connection, DbTransaction transaction, string openid) =>
        connection.QueryFirstOrDefault<CaseRow>(OpenCase, new { openid }, transaction);

    private CaseOutcome ClaimOne(DbConnection connection, DbTransaction transaction, string agent, CaseRow? wanted)
    {
        if (wanted is null)
        {
            return CaseOutcome.Empty;
        }

        if (wanted.State == CaseState.Held)
        {
            // His own: the answer to his first claim got lost.
            return wanted.Agent == agent ? CaseOutcome.Done : CaseOutcome.Taken;
        }

        if (IsFull(connection, transaction, agent))
        {
            return CaseOutcome.Full;
        }

        return connection.Execute(
            "UPDATE service_cases SET state = 1, agent = @agent, since_ms = @now, lease_until_ms = @lease, away_since_ms = NULL, closed_at_ms = "
                + "NULL WHERE id = @Id AND state IN (0, 3)",
            new { wanted.Id, agent, now = NowMs, lease = LeaseEndMs },
            transaction) == 1 ? CaseOutcome.Done : CaseOutcome.Taken;
    }

    private bool IsFull(DbConnection connection, DbTransaction transaction, string agent)
    {
        var capacity = connection.ExecuteScalar<long?>("SELECT capacity FROM service_agents WHERE name = @agent", new { agent }, transaction)
            ?? options.AgentCapacity;
        return connection.ExecuteScalar<long>("SELECT COUNT(*) FROM service_cases WHERE agent = @agent AND state = 1", new { agent }, transaction) >= capacity;
    }

    // Two claims of one agent at the same moment, in two processes, would each see one place left: his row lets one of them wait.
    private void LockAgent(DbConnection connection, DbTransaction transaction, string agent)
    {
        if (connection.QueryFirstOrDefault<string>(
            "SELECT name FROM service_agents WHERE name = @agent" + dialect.LockSuffix, new { agent }, transaction) is null)
        {
            connection.Execute("INSERT INTO service_agents (name, capacity) VALUES (@agent, NULL)", new { agent }, transaction);
        }
    }

    private bool ToHead(DbConnection connection, DbTransaction transaction, CaseRow held, long leaseOverAt)
    {
        var head = connection.ExecuteScalar<long?>("SELECT MIN(place) FROM service_cases WHERE state = 0", transaction: transaction) ?? 0;
        return connection.Execute(
            "UPDATE service_cases SET state = 0, agent = '', place = @place, since_ms = @now WHERE id = @Id AND state = 1 AND agent = @Agent AND "
                + "lease_until_ms < @leaseOverAt",
            new { held.Id, held.Agent, place = Math.Min(head, 1) - 1, now = NowMs, leaseOverAt },
            transaction) == 1;
    }
}
