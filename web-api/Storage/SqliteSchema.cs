namespace Portico.WebApi.Storage;

/// <summary>Tables and views on SQLite.</summary>
internal static class SqliteSchema
{
    public static readonly Migration[] Migrations =
    [
        new("""
        CREATE TABLE IF NOT EXISTS conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            application TEXT NOT NULL,
            member_a TEXT NOT NULL,
            member_b TEXT NOT NULL,
            buyer_id INTEGER NULL,
            last_seq INTEGER NOT NULL DEFAULT 0,
            kept_from INTEGER NOT NULL DEFAULT 1,
            a_read INTEGER NOT NULL DEFAULT 0,
            b_read INTEGER NOT NULL DEFAULT 0,
            last_at_ms INTEGER NOT NULL DEFAULT 0,
            UNIQUE (application, member_a, member_b));
        CREATE INDEX IF NOT EXISTS conversations_a ON conversations (application, member_a, last_at_ms);
        CREATE INDEX IF NOT EXISTS conversations_b ON conversations (application, member_b, last_at_ms);
        CREATE INDEX IF NOT EXISTS conversations_buyer ON conversations (buyer_id, member_b) WHERE buyer_id IS NOT NULL;
        CREATE TABLE IF NOT EXISTS messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            from_a INTEGER NOT NULL,
            sender TEXT NOT NULL,
            type INTEGER NOT NULL,
            content TEXT NOT NULL,
            parts TEXT NULL,
            html TEXT NULL,
            receiver_online INTEGER NOT NULL,
            sent_at_ms INTEGER NOT NULL,
            local_time TEXT NULL,
            recalled_at_ms INTEGER NULL,
            idem_key TEXT NULL,
            fingerprint BLOB NULL,
            legacy_id INTEGER NULL,
            UNIQUE (conversation_id, seq));
        CREATE UNIQUE INDEX IF NOT EXISTS messages_idem ON messages (sender, idem_key) WHERE idem_key IS NOT NULL;
        CREATE TABLE IF NOT EXISTS products (
            id INTEGER PRIMARY KEY,
            merchant_uid TEXT NOT NULL,
            title TEXT NOT NULL,
            image TEXT NOT NULL,
            url TEXT NOT NULL,
            price TEXT NULL,
            fields TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS products_merchant ON products (merchant_uid);
        CREATE TABLE IF NOT EXISTS uploads (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            uid TEXT NOT NULL,
            path TEXT NOT NULL UNIQUE,
            content_type TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            created_at_ms INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS uploads_uid ON uploads (uid, created_at_ms);
        """),

        // The unique key finds a first member as well, and this one had to be moved with every send.
        new("DROP INDEX IF EXISTS conversations_a"),
        new(Service.ServiceSchema.Sqlite),
        new("", LongTexts.Escape),
        new("", Service.ServiceSchema.AddAbsence),
        new("", UnreadCounts.AddColumns),
    ];
}
