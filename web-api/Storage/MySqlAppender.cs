using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using MySqlConnector;

namespace Portico.WebApi.Storage;

/// <summary>
/// Appends on MySQL and MariaDB: each statement is a round trip, so the whole batch goes in a handful of them. Conversation rows are
/// locked in order of their ids, which keeps several web-api processes from waiting for each other in a circle.
/// </summary>
internal sealed class MySqlAppender(LogClock clock) : IBatchAppender
{
    private const int KnownConversations = 100_000;
    private readonly Dictionary<ConversationKey, long> _ids = [];

    // New conversations are made outside the transaction: an insert in it would hold gap locks that other processes wait for.
    public void Prepare(DbConnection connection, IReadOnlyList<AppendJob> batch)
    {
        if (_ids.Count > KnownConversations)
        {
            _ids.Clear();
        }

        var unknown = batch.Select(job => job.Request.Conversation).Where(key => !_ids.ContainsKey(key)).Distinct().ToList();
        if (unknown.Count == 0)
        {
            return;
        }

        using var insert = new MySqlCommand { Connection = (MySqlConnection)connection };
        var rows = unknown.Select(key => MySqlText.Row(insert, key.Application, key.MemberA, key.MemberB, key.BuyerId));
        insert.CommandText = $"INSERT IGNORE INTO conversations (application, member_a, member_b, buyer_id) VALUES {string.Join(',', rows)}";
        // Looking first saves the auto-increment numbers that INSERT IGNORE burns.
        ReadIds(connection, unknown);
        if (unknown.Exists(key => !_ids.ContainsKey(key)))
        {
            insert.ExecuteNonQuery();
            ReadIds(connection, unknown);
        }
    }

    public void Append(DbConnection connection, DbTransaction transaction, IReadOnlyList<AppendJob> batch, long nowMs) =>
        Append((MySqlConnection)connection, "", batch, nowMs);

    // Three round trips: begin and lock, write, commit. ADO.NET's transaction alone takes three of its own, with the isolation that the session has already.
    public bool TryRunAlone(DbConnection connection, IReadOnlyList<AppendJob> batch, long nowMs, ref bool mayBeStored)
    {
        var session = (MySqlConnection)connection;
        try
        {
            Append(session, "BEGIN;", batch, nowMs);
            mayBeStored = true;
            using var commit = new MySqlCommand("COMMIT", session);
            commit.ExecuteNonQuery();
            return true;
        }
        catch when (!mayBeStored && session.State == ConnectionState.Open)
        {
            // Before anything else: the next BEGIN would commit what stands half written.
            using var rollback = new MySqlCommand("ROLLBACK", session);
            rollback.ExecuteNonQuery();
            throw;
        }
    }

    // Ids of conversations are the only thing remembered, and those never change.
    public void Committed()
    {
    }

    public void Forget()
    {
    }

    public void Dispose()
    {
    }

    private void Append(MySqlConnection session, string begin, IReadOnlyList<AppendJob> batch, long nowMs)
    {
        var (states, earlier) = Lock(session, begin, batch);
        var plan = new AppendPlan(nowMs);
        foreach (var job in batch)
        {
            var request = job.Request;
            EarlierMessage? found = request.IdempotencyKey is { } key && earlier.TryGetValue((request.Sender, key), out var message) ? message : null;
            plan.Add(job, states[_ids[request.Conversation]], found);
        }

        if (plan.Inserts.Count > 0)
        {
            Write(session, plan.Inserts, [.. plan.Inserts.Select(job => states[job.Result.ConversationId]).Distinct()]);
        }

        plan.Settle();
    }

    private void ReadIds(DbConnection connection, List<ConversationKey> keys)
    {
        using var command = new MySqlCommand { Connection = (MySqlConnection)connection };
        var any = keys.Select(key =>
            $"(application = {MySqlText.Value(command, key.Application)} AND member_a = {MySqlText.Value(command, key.MemberA)} AND member_b = "
                + $"{MySqlText.Value(command, key.MemberB)})");
        command.CommandText = $"SELECT id, application, member_a, member_b FROM conversations WHERE {string.Join(" OR ", any)}";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            _ids[new ConversationKey(reader.GetString(1), reader.GetString(2), reader.GetString(3))] = reader.GetInt64(0);
        }
    }

    // The look for the keys comes after the lock, and sees what was committed until then.
    private (Dictionary<long, ConversationState> States, Dictionary<(string Sender, string Key), EarlierMessage> Earlier) Lock(
        MySqlConnection session, string begin, IReadOnlyList<AppendJob> batch)
    {
        var ids = batch.Select(job => _ids[job.Request.Conversation]).Distinct().Order();
        using var command = new MySqlCommand { Connection = session };
        command.CommandText =
            $"{begin}SELECT id, last_seq, last_at_ms FROM conversations WHERE id IN ({string.Join(',', ids)}) ORDER BY id FOR "
                + $"UPDATE{EarlierOf(command, batch)}";
        using var reader = command.ExecuteReader();
        var states = new Dictionary<long, ConversationState>();
        while (reader.Read())
        {
            states.Add(reader.GetInt64(0), new ConversationState(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        var earlier = new Dictionary<(string, string), EarlierMessage>();
        if (reader.NextResult())
        {
            while (reader.Read())
            {
                earlier[(reader.GetString(5), reader.GetString(6))] = new EarlierMessage(
                    reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.IsDBNull(4) ? null : (byte[])reader[4]);
            }
        }

        return (states, earlier);
    }

    private static string EarlierOf(MySqlCommand command, IReadOnlyList<AppendJob> batch)
    {
        var any = batch.Where(job => job.Request.IdempotencyKey is not null)
            .Select(job => $"(sender = {MySqlText.Value(command, job.Request.Sender)} AND idem_key = {MySqlText.Value(command, job.Request.IdempotencyKey)})")
            .ToList();
        return any.Count == 0
            ? ""
            : $";SELECT id, conversation_id, seq, sent_at_ms, fingerprint, sender, idem_key FROM messages WHERE {string.Join(" OR ", any)}";
    }

    // The rows, their ids and the conversations in one round trip. Reading the ids back holds with every auto-increment setting, also where
    // steps are greater than one.
    private void Write(MySqlConnection session, List<AppendJob> inserts, List<ConversationState> states)
    {
        using var command = new MySqlCommand { Connection = session };
        command.CommandText = $"{InsertOf(command, inserts)};{IdsOf(inserts)};{AdvanceOf(states)}";
        var ids = new Dictionary<(long, long), long>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                ids.Add((reader.GetInt64(0), reader.GetInt64(1)), reader.GetInt64(2));
            }

            // What a later statement has to complain of comes with its result.
            while (reader.NextResult())
            {
            }
        }

        foreach (var job in inserts)
        {
            job.Result = job.Result with { Id = ids[(job.Result.ConversationId, job.Result.Seq)] };
        }
    }

    private string InsertOf(MySqlCommand command, List<AppendJob> inserts)
    {
        var rows = inserts.Select(job =>
        {
            var (request, at) = (job.Request, job.Result);
            var local = clock.StampOf(request.Conversation, at.SentAtMs);
            var fingerprint = request.IdempotencyKey is null ? null : request.Fingerprint;
            return MySqlText.Row(
                command, at.ConversationId, at.Seq, request.FromA ? 1 : 0, request.Sender, request.Type, request.Content, request.Parts, job.Html,
                request.ReceiverOnline ? 1 : 0, at.SentAtMs, local, request.IdempotencyKey, fingerprint);
        });
        return "INSERT INTO messages (conversation_id, seq, from_a, sender, type, content, parts, html, receiver_online, sent_at_ms, local_time, "
            + "idem_key, fingerprint) VALUES "
            + string.Join(',', rows);
    }

    private static string IdsOf(List<AppendJob> inserts)
    {
        var ranges = inserts.GroupBy(job => job.Result.ConversationId).Select(jobs => string.Create(
            CultureInfo.InvariantCulture,
            $"(conversation_id = {jobs.Key} AND seq BETWEEN {jobs.Min(job => job.Result.Seq)} AND {jobs.Max(job => job.Result.Seq)})"));
        return $"SELECT conversation_id, seq, id FROM messages WHERE {string.Join(" OR ", ranges)}";
    }

    // One statement for all conversations of the batch; each row is found by its primary key.
    private static string AdvanceOf(List<ConversationState> states)
    {
        var (last, at, a, b) = (new StringBuilder(), new StringBuilder(), new StringBuilder(), new StringBuilder());
        var (skipA, skipB) = (new StringBuilder(), new StringBuilder());
        foreach (var state in states)
        {
            last.Append(CultureInfo.InvariantCulture, $" WHEN {state.Id} THEN {state.LastSeq}");
            at.Append(CultureInfo.InvariantCulture, $" WHEN {state.Id} THEN {state.LastAtMs}");
            a.Append(CultureInfo.InvariantCulture, $" WHEN {state.Id} THEN {state.ReadByA}");
            b.Append(CultureInfo.InvariantCulture, $" WHEN {state.Id} THEN {state.ReadByB}");
            skipA.Append(CultureInfo.InvariantCulture, $" WHEN {state.Id} THEN IF(a_read < {state.ReadByA}, 0, a_skip) + {state.SkipA}");
            skipB.Append(CultureInfo.InvariantCulture, $" WHEN {state.Id} THEN IF(b_read < {state.ReadByB}, 0, b_skip) + {state.SkipB}");
        }

        // Assignments take effect from left to right: the cursors come last.

        return $"""
            UPDATE conversations SET last_seq = CASE id{last} END, last_at_ms = CASE id{at} END, a_skip = CASE id{skipA} END, b_skip = CASE id{skipB} END,
                a_read = GREATEST(a_read, CASE id{a} END), b_read = GREATEST(b_read, CASE id{b} END)
            WHERE id IN ({string.Join(',', states.Select(state => state.Id))})
            """;
    }
}
