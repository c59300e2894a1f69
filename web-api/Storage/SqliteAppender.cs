using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Portico.WebApi.Storage;

/// <summary>
/// Appends on SQLite: the process holds the write lock and statements are calls into a library. Statements live as long as the writer's
/// connection; so does what was last seen of the conversations, for as long as nobody else writes.
/// </summary>
internal sealed class SqliteAppender(LogClock clock) : IBatchAppender
{
    private const int MostKnown = 100_000;
    private readonly Dictionary<ConversationKey, ConversationState> _known = [];
    private readonly HashSet<ConversationState> _touched = [];
    private SqliteStatements? _statements;
    private long _version;
    private bool _isTrue;

    public void Prepare(DbConnection connection, IReadOnlyList<AppendJob> batch)
    {
        if (_statements?.Connection != connection)
        {
            _statements?.Dispose();
            _statements = null;
            _isTrue = false;
            _statements = new SqliteStatements((SqliteConnection)connection);
        }
    }

    public void Append(DbConnection connection, DbTransaction transaction, IReadOnlyList<AppendJob> batch, long nowMs)
    {
        var statements = _statements ?? throw new InvalidOperationException("Prepare comes first.");
        Check(statements);
        _touched.Clear();
        var plan = new AppendPlan(nowMs);
        foreach (var job in batch)
        {
            var state = StateOf(statements, job.Request.Conversation);
            var before = plan.Inserts.Count;
            plan.Add(job, state, statements.FindEarlier(job.Request));
            if (plan.Inserts.Count > before)
            {
                _touched.Add(state);
            }
        }

        statements.Insert(plan.Inserts, clock);
        plan.Settle();
        foreach (var state in _touched)
        {
            statements.Advance(state);
        }
    }

    // There are no round trips to be saved.
    public bool TryRunAlone(DbConnection connection, IReadOnlyList<AppendJob> batch, long nowMs, ref bool mayBeStored) => false;

    public void Committed() => _isTrue = true;

    public void Forget() => _isTrue = false;

    public void Dispose() => _statements?.Dispose();

    // What is remembered holds unless the last batch was rolled back, or another connection has written since.
    private void Check(SqliteStatements statements)
    {
        var version = statements.DataVersion();
        if (!_isTrue || version != _version || _known.Count > MostKnown)
        {
            _known.Clear();
        }

        _version = version;
        _isTrue = false;
    }

    private ConversationState StateOf(SqliteStatements statements, ConversationKey key)
    {
        if (!_known.TryGetValue(key, out var state))
        {
            state = statements.FindConversation(key) ?? statements.AddConversation(key);
            _known.Add(key, state);
        }

        return state;
    }
}
