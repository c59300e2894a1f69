using System.Data.Common;
using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>
/// Real tables on SQLite: each step is one transaction, and triggers follow a table that is renamed. A row tells our triggers' writes from those of
/// others, who never see it set, since it is reset in the transaction that sets it.
/// </summary>
internal sealed class SqliteKeptTables : IKeptTables
{
    private const string Mark = "/* kept by Portico */";

    // Seconds.
    private const int Patience = 3600;

    public static bool IsMarked(string? sql) => sql?.Contains(Mark, StringComparison.Ordinal) == true;

    public bool IsComplete(DbConnection connection, OldTableShape shape) => IsKept(connection, shape.Name);

    public void Prepare(DbConnection connection, OldTableShape shape)
    {
        if (IsKept(connection, shape.Name) || IsKept(connection, Filling(shape)))
        {
            return;
        }

        using var transaction = connection.BeginTransaction();
        connection.Execute(
            $"""
            CREATE TABLE IF NOT EXISTS portico_kept (writing INTEGER NOT NULL);
            INSERT INTO portico_kept SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM portico_kept);
            CREATE TABLE IF NOT EXISTS portico_read_marks (id INTEGER PRIMARY KEY AUTOINCREMENT, old_table TEXT NOT NULL, row_id INTEGER NOT NULL);
            {Create(shape, Filling(shape))}
            INSERT OR IGNORE INTO {Filling(shape)} ({shape.ColumnList}) {shape.View("/")};
            {Triggers(shape, Filling(shape))}
            """,
            transaction: transaction,
            commandTimeout: Patience);
        transaction.Commit();
    }

    public void Swap(DbConnection connection, OldTableShape shape, string? renamed)
    {
        if (!IsKept(connection, Filling(shape)))
        {
            return;
        }

        using var transaction = connection.BeginTransaction();
        connection.Execute(
            $"{(renamed is null ? $"DROP VIEW IF EXISTS {shape.Name}" : $"ALTER TABLE {shape.Name} RENAME TO {renamed}")}; ALTER TABLE "
                + $"{Filling(shape)} RENAME TO {shape.Name}",
            transaction: transaction,
            commandTimeout: Patience);
        transaction.Commit();
    }

    public void Remove(DbConnection connection, OldTableShape shape)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var part in new[] { "added", "changed", "removed", "a_read", "b_read", "kept_from" })
        {
            connection.Execute($"DROP TRIGGER IF EXISTS {shape.Name}_1_{part}", transaction: transaction);
        }

        foreach (var name in new[] { shape.Name, Filling(shape) }.Where(name => IsKept(connection, name)))
        {
            connection.Execute($"DROP TABLE {name}", transaction: transaction, commandTimeout: Patience);
        }

        transaction.Commit();
    }

    private static string Filling(OldTableShape shape) => shape.Name + "_filling";

    private static bool IsKept(DbConnection connection, string name) =>
        IsMarked(connection.QueryFirstOrDefault<string?>("SELECT sql FROM sqlite_master WHERE name = @name AND type = 'table'", new { name }));

    private static string Create(OldTableShape shape, string name) => shape == OldTableShape.Shop
        ? $"""
          CREATE TABLE {name} ({Mark} id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, merchant_id TEXT NOT NULL, send_message TEXT NOT NULL, send_message_type INTEGER NOT NULL,
              sender INTEGER NOT NULL, send_time INTEGER NOT NULL, read_status INTEGER NOT NULL, acc_isonline INTEGER NOT NULL);
          CREATE INDEX hp_chat_log_user ON {name} (user_id, merchant_id); CREATE INDEX hp_chat_log_merchant ON {name} (merchant_id); CREATE INDEX hp_chat_log_time ON {name} (send_time);
          """
        : $"""
          CREATE TABLE {name} ({Mark} id INTEGER PRIMARY KEY, msg TEXT NOT NULL, openid TEXT NOT NULL, type INTEGER NOT NULL, isread INTEGER NOT NULL, creat_time TEXT NULL);
          CREATE INDEX chat_openid ON {name} (openid); CREATE INDEX chat_time ON {name} (creat_time);
          """;

    private static string Triggers(OldTableShape shape, string target)
    {
        var n = shape.Name + "_1";
        var insert =
            $"INSERT OR REPLACE INTO {target} ({shape.ColumnList}) SELECT {string.Join(", ", shape.Values("NEW", "/"))} FROM conversations c WHERE "
                + $"c.id = NEW.conversation_id AND {shape.Shows("NEW")};";
        var remove = $"DELETE FROM {target} WHERE id = COALESCE(OLD.legacy_id, OLD.id);";
        var ofNew = $"EXISTS (SELECT 1 FROM conversations c WHERE c.id = NEW.conversation_id AND {shape.Owner})";
        var ofOld = ofNew.Replace("NEW.", "OLD.", StringComparison.Ordinal);
        var owner = shape.Owner.Replace("c.", "NEW.", StringComparison.Ordinal);
        var (read, foreign) = (shape.ReadColumn, "(SELECT writing FROM portico_kept) = 0");
        return $"""
            {Trigger($"{n}_added AFTER INSERT ON messages", ofNew, Kept(insert))}
            {Trigger($"{n}_changed AFTER UPDATE ON messages", $"({Differs("legacy_id", "content", "html", "type", "from_a", "sent_at_ms", "local_time", "receiver_online", "recalled_at_ms")}) AND {ofOld}", Kept(remove + insert))}
            {Trigger($"{n}_removed AFTER DELETE ON messages", ofOld, Kept(remove))}
            {Trigger($"{n}_a_read AFTER UPDATE ON conversations", $"NEW.a_read <> OLD.a_read AND {owner}", Kept(Moved(shape, target, "a_read", 0)))}
            {Trigger($"{n}_b_read AFTER UPDATE ON conversations", $"NEW.b_read <> OLD.b_read AND {owner}", Kept(Moved(shape, target, "b_read", 1)))}
            {Trigger($"{n}_kept_from AFTER UPDATE ON conversations", $"NEW.kept_from > OLD.kept_from AND {owner}", Kept($"DELETE FROM {target} WHERE id IN (SELECT COALESCE(m.legacy_id, m.id) FROM messages m WHERE m.conversation_id = NEW.id AND m.seq >= OLD.kept_from AND m.seq < NEW.kept_from);"))}
            {Trigger($"{n}_insert BEFORE INSERT ON {target}", foreign, Refuse($"{shape.Name} is kept by Portico: send messages by POST /api/v1/messages"))}
            {Trigger($"{n}_delete BEFORE DELETE ON {target}", foreign, Refuse($"{shape.Name} is kept by Portico: forget messages by POST /api/v1/admin/retention"))}
            {Trigger($"{n}_update BEFORE UPDATE ON {target}", $"{foreign} AND ({Differs([.. shape.Columns.Where(column => column != read)])} OR NEW.{read} < OLD.{read})", Refuse($"{shape.Name} is kept by Portico: only {read} can be set, to 1"))}
            {Trigger($"{n}_marked AFTER UPDATE ON {target}", $"{foreign} AND NEW.{read} > OLD.{read}", $"INSERT INTO portico_read_marks (old_table, row_id) VALUES ('{shape.Name}', OLD.id);")}
            """;
    }

    private static string Trigger(string head, string when, string body) => $"CREATE TRIGGER {head} FOR EACH ROW WHEN {when} BEGIN {body} END;";

    private static string Kept(string statements) => $"UPDATE portico_kept SET writing = 1; {statements} UPDATE portico_kept SET writing = 0;";

    private static string Refuse(string why) => $"SELECT RAISE(ABORT, '{why}');";

    private static string Differs(params string[] columns) => string.Join(" OR ", columns.Select(column => $"NEW.{column} IS NOT OLD.{column}"));

    // A cursor covers what the other side wrote.
    private static string Moved(OldTableShape shape, string target, string cursor, int fromA) =>
        $"UPDATE {target} SET {shape.ReadColumn} = CASE WHEN NEW.{cursor} > OLD.{cursor} THEN 1 ELSE 0 END WHERE id IN (SELECT "
            + $"COALESCE(m.legacy_id, m.id) FROM messages m WHERE m.conversation_id = NEW.id AND m.from_a = {fromA} AND m.seq > MIN(OLD.{cursor}, "
                + $"NEW.{cursor}) AND m.seq <= MAX(OLD.{cursor}, NEW.{cursor}));";
}
