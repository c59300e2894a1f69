namespace Portico.WebApi.Storage;

/// <summary>The statements of <see cref="MySqlKeptTables"/>.</summary>
internal static class MySqlKeptSql
{
    /// <summary>What old applications have marked as read and the log does not know yet.</summary>
    public const string ReadMarks = """
        CREATE TABLE IF NOT EXISTS portico_read_marks (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            old_table VARCHAR(16) NOT NULL,
            row_id BIGINT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
        """;

    /// <summary>Where the table stands while it is filled.</summary>
    public static string Filling(OldTableShape shape) => shape.Name + "_filling";

    /// <summary>The view that the log's triggers write to.</summary>
    public static string Target(OldTableShape shape) => "portico_" + shape.Name;

    /// <summary>
    /// Lets the triggers write to a table. A server keeps triggers with the tables that it holds open, and the view's text with them, so those are
    /// opened anew.
    /// </summary>
    public static string PointTo(OldTableShape shape, string name) =>
        $"""
        CREATE OR REPLACE VIEW {Target(shape)} AS SELECT {shape.ColumnList} FROM {name};
        ALTER TABLE messages COMMENT = '{name}', ALGORITHM = INPLACE, LOCK = NONE; ALTER TABLE messages COMMENT = '', ALGORITHM = INPLACE, LOCK = NONE;
        ALTER TABLE conversations COMMENT = '{name}', ALGORITHM = INPLACE, LOCK = NONE; ALTER TABLE conversations COMMENT = '', ALGORITHM = INPLACE, LOCK = NONE
        """;

    /// <summary>The names of all triggers.</summary>
    public static string[] NamesOf(OldTableShape shape) => [.. Triggers(shape, shape.Name).Select(trigger => trigger.Name)];

    public static string Create(OldTableShape shape, string name, string collation, string comment)
    {
        var columns = shape == OldTableShape.Shop
            ? """
              id BIGINT NOT NULL PRIMARY KEY, user_id BIGINT NOT NULL, merchant_id VARCHAR(128) NOT NULL, send_message MEDIUMTEXT NOT NULL, send_message_type TINYINT NOT NULL,
              sender TINYINT NOT NULL, send_time BIGINT NOT NULL, read_status TINYINT NOT NULL, acc_isonline TINYINT NOT NULL,
              KEY hp_chat_log_user (user_id, merchant_id), KEY hp_chat_log_merchant (merchant_id), KEY hp_chat_log_time (send_time)
              """
            : """
              id BIGINT NOT NULL PRIMARY KEY, msg MEDIUMTEXT NOT NULL, openid VARCHAR(128) NOT NULL, type TINYINT NOT NULL, isread TINYINT NOT NULL, creat_time VARCHAR(19) NULL,
              KEY chat_openid (openid), KEY chat_time (creat_time)
              """;
        return $"CREATE TABLE IF NOT EXISTS {name} ({columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE={collation} COMMENT='{comment}'";
    }

    /// <summary>The log's triggers, and those that keep others from writing to the table; a number in the names changes with the texts.</summary>
    public static (string Name, string Text)[] Triggers(OldTableShape shape, string name)
    {
        var (target, n) = (Target(shape), shape.Name + "_1");
        var insert =
            $"""
            INSERT INTO {target} ({shape.ColumnList}) SELECT {string.Join(", ", shape.Values("NEW", "DIV"))} FROM conversations c WHERE c.id = NEW.conversation_id AND {shape.Shows("NEW")}
                ON DUPLICATE KEY UPDATE {string.Join(", ", shape.Columns.Skip(1).Select(column => $"{column} = VALUES({column})"))};
            """;
        var remove = $"DELETE FROM {target} WHERE id = COALESCE(OLD.legacy_id, OLD.id);";
        var isOurs = $"EXISTS (SELECT 1 FROM conversations c WHERE c.id = OLD.conversation_id AND {shape.Owner})";
        return
        [
            Trigger($"{n}_added", "AFTER INSERT ON messages", Kept(insert)),
            Trigger(
                $"{n}_changed",
                "AFTER UPDATE ON messages",
                $"IF {Differs("legacy_id", "content", "html", "type", "from_a", "sent_at_ms", "local_time", "receiver_online", "recalled_at_ms")} "
                    + $"AND {isOurs} THEN {Kept(remove + insert)} END IF;"),
            Trigger($"{n}_removed", "AFTER DELETE ON messages", $"IF {isOurs} THEN {Kept(remove)} END IF;"),
            Trigger(
                $"{n}_read",
                "AFTER UPDATE ON conversations",
                $"IF {shape.Owner.Replace("c.", "NEW.", StringComparison.Ordinal)} THEN {Moved(shape, "a_read", 0)} {Moved(shape, "b_read", 1)} "
                    + $"{Forgotten(target)} END IF;"),
            Trigger($"{n}_insert", $"BEFORE INSERT ON {name}", Refused("TRUE", $"{shape.Name} is kept by Portico: send messages by POST /api/v1/messages")),
            Trigger(
                $"{n}_delete",
                $"BEFORE DELETE ON {name}",
                Refused("TRUE", $"{shape.Name} is kept by Portico: forget messages by POST /api/v1/admin/retention")),
            Trigger(
                $"{n}_update",
                $"BEFORE UPDATE ON {name}",
                $"""
                {Refused($"{Differs([.. shape.Columns.Where(column => column != shape.ReadColumn)])} OR NEW.{shape.ReadColumn} < OLD.{shape.ReadColumn}", $"{shape.Name} is kept by Portico: only {shape.ReadColumn} can be set, to 1")}
                IF @portico_kept IS NULL AND NEW.{shape.ReadColumn} > OLD.{shape.ReadColumn} THEN
                    SET NEW.{shape.ReadColumn} = 1;
                    INSERT INTO portico_read_marks (old_table, row_id) VALUES ('{shape.Name}', OLD.id);
                END IF;
                """),
        ];
    }

    private static (string Name, string Text) Trigger(string name, string when, string body) =>
        (name, $"CREATE TRIGGER {name} {when} FOR EACH ROW BEGIN {body} END");

    private static string Kept(string statements) => $"SET @portico_kept = 1; {statements} SET @portico_kept = NULL;";

    private static string Refused(string when, string why) =>
        $"IF @portico_kept IS NULL AND ({when}) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{why}'; END IF;";

    private static string Differs(params string[] columns) => $"NOT ({string.Join(" AND ", columns.Select(column => $"NEW.{column} <=> OLD.{column}"))})";

    // A cursor covers what the other side wrote. A sender's own cursor passes his own messages with each send: an UPDATE with a join costs too much
    // for nothing.
    private static string Moved(OldTableShape shape, string cursor, int fromA)
    {
        var range =
            $"m.conversation_id = NEW.id AND m.seq > LEAST(OLD.{cursor}, NEW.{cursor}) AND m.seq <= GREATEST(OLD.{cursor}, NEW.{cursor}) AND "
                + $"m.from_a = {fromA}";
        return $"""
            IF NEW.{cursor} <> OLD.{cursor} AND EXISTS (SELECT 1 FROM messages m WHERE {range}) THEN
                {Kept($"UPDATE messages m JOIN {Target(shape)} o ON o.id = COALESCE(m.legacy_id, m.id) SET o.{shape.ReadColumn} = CASE WHEN NEW.{cursor} > OLD.{cursor} THEN 1 ELSE 0 END WHERE {range};")}
            END IF;
            """;
    }

    private static string Forgotten(string target) =>
        $"""
        IF NEW.kept_from > OLD.kept_from THEN
            {Kept($"DELETE o FROM {target} o JOIN messages m ON o.id = COALESCE(m.legacy_id, m.id) WHERE m.conversation_id = NEW.id AND m.seq >= OLD.kept_from AND m.seq < NEW.kept_from;")}
        END IF;
        """;
}
