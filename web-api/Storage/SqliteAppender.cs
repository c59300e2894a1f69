using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Portico.WebApi.Storage;

/// <summary>
/// Appends on SQLite: the process holds the write lock, statements are calls into a library, so prepared statements row by row are the
/// fastest way. The commands live as long as the connection of the writer.
/// </summary>
internal sealed class SqliteAppender(LogClock clock) : IBatchAppender
{
    private readonly Dictionary<ConversationKey, ConversationState> _states = [];
    private SqliteStatements? _statements;

    public void Prepare(DbConnection connection, IReadOnlyList<AppendJob> batch)
    {
        if (_statements?.Connection != connection)
        {
            _statements = new SqliteStatements((SqliteConnection)connection);
        }
    }

    public void Append(DbConnection connection, DbTransaction transaction, IReadOnlyList<AppendJob> batch, long nowMs)
    {
        var statements = _statements ?? throw new InvalidOperationException("Prepare comes first.");
        statements.Use((SqliteTransaction)transaction);
        _states.Clear();
        var plan = new AppendPlan(nowMs);
        foreach (var job in batch)
        {
            plan.Add(job, StateOf(statements, job.Request.Conversation), statements.FindEarlier(job.Request));
        }

        foreach (var job in plan.Inserts)
        {
            var request = job.Request;
            var local = request.Conversation.Application == ConversationKey.Service ? clock.Stamp(job.Result.SentAtMs) : null;
            job.Result = job.Result with { Id = statements.Insert(request, job.Result, local) };
        }

        plan.Settle();
        foreach (var state in _states.Values)
        {
            statements.Advance(state);
        }
    }

    private ConversationState StateOf(SqliteStatements statements, ConversationKey key)
    {
        if (!_states.TryGetValue(key, out var state))
        {
            state = statements.FindConversation(key) ?? statements.AddConversation(key);
            _states.Add(key, state);
        }

        return state;
    }
}
