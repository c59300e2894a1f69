using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Portico.WebApi.Storage;

/// <summary>The prepared statements of <see cref="SqliteAppender"/>.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private const string InsertInto =
        "INSERT OR FAIL INTO messages (conversation_id, seq, from_a, sender, type, content, parts, html, receiver_online, sent_at_ms, local_time, "
            + "idem_key, fingerprint) VALUES ";

    private const string Row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    // Rows of one insert. Each statement reads and writes the counter of AUTOINCREMENT once, whatever number of rows it has.
    private static readonly int[] Lengths = [32, 8, 1];

    private readonly SqliteStatement _find;
    private readonly SqliteStatement _add;
    private readonly SqliteStatement _earlier;
    private readonly SqliteStatement[] _inserts;
    private readonly SqliteStatement _advance;
    private readonly SqliteStatement _version;
    private readonly sqlite3 _database;

    public SqliteStatements(SqliteConnection connection)
    {
        Connection = connection;
        _database = connection.Handle!;
        _find = new(_database, "SELECT id, last_seq, last_at_ms FROM conversations WHERE application = ? AND member_a = ? AND member_b = ?");
        _add = new(_database, "INSERT INTO conversations (application, member_a, member_b, buyer_id) VALUES (?, ?, ?, ?)");
        _earlier = new(_database, "SELECT id, conversation_id, seq, sent_at_ms, fingerprint FROM messages WHERE sender = ? AND idem_key = ?");
        // OR FAIL: a conflict ends the whole transaction anyway, so SQLite need not keep what would undo the statement alone.
        _inserts = [.. Lengths.Select(length => new SqliteStatement(_database, InsertInto + string.Join(',', Enumerable.Repeat(Row, length))))];
        _advance = new(_database, """
            UPDATE conversations SET last_seq = ?1, last_at_ms = ?2,
                a_skip = CASE WHEN a_read < ?3 THEN 0 ELSE a_skip END + ?5, b_skip = CASE WHEN b_read < ?4 THEN 0 ELSE b_skip END + ?6,
                a_read = max(a_read, ?3), b_read = max(b_read, ?4) WHERE id = ?7
            """);
        _version = new(_database, "PRAGMA data_version");
    }

    public SqliteConnection Connection { get; }

    /// <summary>A number that changes when another connection has written.</summary>
    public long DataVersion()
    {
        _ = _version.Read();
        var version = _version.Number(0);
        _version.Reset();
        return version;
    }

    public ConversationState? FindConversation(ConversationKey key)
    {
        _find.Bind(key.Application);
        _find.Bind(key.MemberA);
        _find.Bind(key.MemberB);
        if (!_find.Read())
        {
            return null;
        }

        var state = new ConversationState(_find.Number(0), _find.Number(1), _find.Number(2));
        _find.Reset();
        return state;
    }

    public ConversationState AddConversation(ConversationKey key)
    {
        _add.Bind(key.Application);
        _add.Bind(key.MemberA);
        _add.Bind(key.MemberB);
        _add.Bind(key.BuyerId);
        _add.Run();
        return new ConversationState(raw.sqlite3_last_insert_rowid(_database), 0, 0);
    }

    public EarlierMessage? FindEarlier(AppendRequest request)
    {
        if (request.IdempotencyKey is null)
        {
            return null;
        }

        _earlier.Bind(request.Sender);
        _earlier.Bind(request.IdempotencyKey);
        if (!_earlier.Read())
        {
            return null;
        }

        var found = new EarlierMessage(_earlier.Number(0), _earlier.Number(1), _earlier.Number(2), _earlier.Number(3), _earlier.Bytes(4));
        _earlier.Reset();
        return found;
    }

    /// <summary>Inserts the messages in their order and sets their ids.</summary>
    public void Insert(IReadOnlyList<AppendJob> jobs, LogClock clock)
    {
        var done = 0;
        for (var i = 0; i < Lengths.Length; i++)
        {
            for (; jobs.Count - done >= Lengths[i]; done += Lengths[i])
            {
                for (var row = 0; row < Lengths[i]; row++)
                {
                    Bind(_inserts[i], jobs[done + row], clock);
                }

                _inserts[i].Run();
                // AUTOINCREMENT in a transaction that nobody else writes beside: the rows of a statement are numbered one by one.
                var last = raw.sqlite3_last_insert_rowid(_database);
                for (var row = 0; row < Lengths[i]; row++)
                {
                    var job = jobs[done + row];
                    job.Result = job.Result with { Id = last - Lengths[i] + 1 + row };
                }
            }
        }
    }

    public void Advance(ConversationState state)
    {
        _advance.Bind(state.LastSeq);
        _advance.Bind(state.LastAtMs);
        _advance.Bind(state.ReadByA);
        _advance.Bind(state.ReadByB);
        _advance.Bind(state.SkipA);
        _advance.Bind(state.SkipB);
        _advance.Bind(state.Id);
        _advance.Run();

        // The state lives on, what this batch added does not.
        (state.SkipA, state.SkipB) = (0, 0);
    }

    public void Dispose()
    {
        SqliteStatement[] all = [_find, _add, _earlier, .. _inserts, _advance, _version];
        Array.ForEach(all, statement => statement.Dispose());
    }

    private static void Bind(SqliteStatement insert, AppendJob job, LogClock clock)
    {
        var (request, at) = (job.Request, job.Result);
        insert.Bind(at.ConversationId);
        insert.Bind(at.Seq);
        insert.Bind(request.FromA ? 1L : 0L);
        insert.Bind(request.Sender);
        insert.Bind(request.Type);
        insert.Bind(request.Content);
        insert.Bind(request.Parts);
        insert.Bind(job.Html);
        insert.Bind(request.ReceiverOnline ? 1L : 0L);
        insert.Bind(at.SentAtMs);
        insert.Bind(clock.StampOf(request.Conversation, at.SentAtMs));
        insert.Bind(request.IdempotencyKey);
        insert.Bind(request.IdempotencyKey is null ? null : request.Fingerprint);
    }
}
