using System.Data.Common;
using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>
/// Real tables on MySQL and MariaDB. The triggers write to a view of one table, since a trigger names its target for good: with the table's name the
/// view changes, too. A session variable tells our triggers' writes from those of others.
/// </summary>
internal sealed class MySqlKeptTables : IKeptTables
{
    private const string Mark = "kept by Portico";
    private const string Incomplete = Mark + ", being filled";
    private const int ConversationsOfPage = 100;

    // Seconds.
    private const int Patience = 3600;

    public static bool IsMark(string? comment) => comment?.StartsWith(Mark, StringComparison.Ordinal) == true;

    public bool IsComplete(DbConnection connection, OldTableShape shape) =>
        CommentOf(connection, shape.Name) == Mark
        && connection.ExecuteScalar<long>(
            "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND trigger_name IN @names",
            new { names = MySqlKeptSql.NamesOf(shape) })
            == MySqlKeptSql.NamesOf(shape).Length
        && connection.ExecuteScalar<string>(
            "SELECT view_definition FROM information_schema.views WHERE table_schema = DATABASE() AND table_name = @name",
            new { name = MySqlKeptSql.Target(shape) })
            ?.Contains(shape.Name + "`", StringComparison.Ordinal) == true;

    public void Prepare(DbConnection connection, OldTableShape shape)
    {
        var name = IsMark(CommentOf(connection, shape.Name)) ? shape.Name : MySqlKeptSql.Filling(shape);
        Execute(connection, MySqlKeptSql.ReadMarks);
        Execute(connection, MySqlKeptSql.Create(shape, name, CollationOf(connection, shape), Incomplete));
        Execute(connection, MySqlKeptSql.PointTo(shape, name));
        var there = connection.Query<string>("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()").ToHashSet();
        var missing = MySqlKeptSql.Triggers(shape, name).Where(trigger => !there.Contains(trigger.Name)).ToList();
        if (missing.Count == 0 && CommentOf(connection, name) == Mark)
        {
            return;
        }

        Execute(connection, $"ALTER TABLE {name} COMMENT = '{Incomplete}'");
        missing.ForEach(trigger => Execute(connection, trigger.Text));
        Fill(connection, shape, name);
        Execute(connection, $"ALTER TABLE {name} COMMENT = '{Mark}'");
    }

    public void Swap(DbConnection connection, OldTableShape shape, string? renamed)
    {
        var (filling, old) = (MySqlKeptSql.Filling(shape), shape.Name + "_view");
        if (CommentOf(connection, filling) is not null)
        {
            var there = connection.ExecuteScalar<string?>(
                "SELECT table_type FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = @Name", new { shape.Name });
            // All names change in one moment, and the view follows in the same packet: a send in between is run again.
            Execute(connection, $"DROP VIEW IF EXISTS {old}");
            // What was filled a moment ago has no statistics yet, and would be read without its indexes.
            Execute(connection, $"ANALYZE TABLE {filling}");
            Execute(
                connection,
                $"RENAME TABLE {(there is null ? "" : $"{shape.Name} TO {renamed ?? old}, ")}{filling} TO {shape.Name}; "
                    + $"{MySqlKeptSql.PointTo(shape, shape.Name)}");
        }

        Execute(connection, $"DROP VIEW IF EXISTS {old}");
    }

    public void Remove(DbConnection connection, OldTableShape shape)
    {
        foreach (var trigger in MySqlKeptSql.NamesOf(shape))
        {
            Execute(connection, $"DROP TRIGGER IF EXISTS {trigger}");
        }

        Execute(connection, $"DROP VIEW IF EXISTS {MySqlKeptSql.Target(shape)}");
        Execute(connection, $"DROP TABLE IF EXISTS {MySqlKeptSql.Filling(shape)}");
        if (IsMark(CommentOf(connection, shape.Name)))
        {
            Execute(connection, $"DROP TABLE {shape.Name}");
        }
    }

    // Conversation by conversation, each held as a send holds it, so that nothing changes between reading and writing.
    private static void Fill(DbConnection connection, OldTableShape shape, string name)
    {
        Execute(connection, "SET @portico_kept = 1");
        for (var after = 0L; ;)
        {
            using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
            var ids = connection.Query<long>(
                $"SELECT c.id FROM conversations c WHERE c.id > @after AND {shape.Owner} ORDER BY c.id LIMIT {ConversationsOfPage} FOR UPDATE",
                new { after }, transaction, commandTimeout: Patience).AsList();
            if (ids.Count == 0)
            {
                break;
            }

            connection.Execute(
                $"INSERT IGNORE INTO {name} ({shape.ColumnList}) {shape.View("DIV")} AND c.id IN ({string.Join(',', ids)}) LOCK IN SHARE MODE",
                transaction: transaction, commandTimeout: Patience);
            transaction.Commit();
            after = ids[^1];
        }

        Execute(connection, "SET @portico_kept = NULL");
    }

    // Texts compare as they did in the old application's table: its collation, for four-byte characters.
    private static string CollationOf(DbConnection connection, OldTableShape shape)
    {
        var old = connection.QueryFirstOrDefault<string?>(
            """
            SELECT collation_name FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name IN @names AND column_name = @column AND collation_name IS NOT NULL
            """,
            new { names = new[] { shape.Name + "_old", shape.Name + "_moving", shape.Name }, column = shape.Columns[shape == OldTableShape.Shop ? 3 : 1] });
        var wanted = old is null || old.IndexOf('_', StringComparison.Ordinal) is not (> 0 and var at) ? null : "utf8mb4" + old[at..];
        return connection.QueryFirstOrDefault<string?>(
            "SELECT collation_name FROM information_schema.collations WHERE collation_name = @wanted AND character_set_name = 'utf8mb4'",
            new { wanted }) ?? "utf8mb4_general_ci";
    }

    private static string? CommentOf(DbConnection connection, string name) => connection.QueryFirstOrDefault<string?>(
        "SELECT table_comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = @name AND table_type = 'BASE TABLE'",
        new { name });

    private static void Execute(DbConnection connection, string sql) => connection.Execute(sql, commandTimeout: Patience);
}
