namespace Portico.WebApi.Storage;

/// <summary>
/// Tables and views on MySQL and MariaDB. Names compare by bytes (uids know upper and lower case); the lengths keep every key under
/// the 767 bytes of old row formats where that is possible, and under 3072 everywhere.
/// </summary>
internal static class MySqlSchema
{
    private const string Table = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";

    public static readonly Migration[] Migrations =
    [
        new($"""
        CREATE TABLE IF NOT EXISTS conversations (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            application VARCHAR(16) NOT NULL,
            member_a VARCHAR(128) NOT NULL,
            member_b VARCHAR(128) NOT NULL,
            buyer_id BIGINT NULL,
            last_seq BIGINT NOT NULL DEFAULT 0,
            kept_from BIGINT NOT NULL DEFAULT 1,
            a_read BIGINT NOT NULL DEFAULT 0,
            b_read BIGINT NOT NULL DEFAULT 0,
            last_at_ms BIGINT NOT NULL DEFAULT 0,
            UNIQUE KEY conversations_members (application, member_a, member_b),
            KEY conversations_b (application, member_b, last_at_ms),
            KEY conversations_buyer (buyer_id, member_b)) {Table};
        CREATE TABLE IF NOT EXISTS messages (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            conversation_id BIGINT NOT NULL,
            seq BIGINT NOT NULL,
            from_a TINYINT NOT NULL,
            sender VARCHAR(128) NOT NULL,
            type TINYINT NOT NULL,
            content MEDIUMTEXT NOT NULL,
            parts MEDIUMTEXT NULL,
            html MEDIUMTEXT NULL,
            receiver_online TINYINT NOT NULL,
            sent_at_ms BIGINT NOT NULL,
            local_time CHAR(19) NULL,
            recalled_at_ms BIGINT NULL,
            idem_key VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NULL,
            fingerprint VARBINARY(16) NULL,
            legacy_id BIGINT NULL,
            UNIQUE KEY messages_seq (conversation_id, seq),
            UNIQUE KEY messages_idem (sender, idem_key)) {Table};
        CREATE TABLE IF NOT EXISTS products (
            id BIGINT NOT NULL PRIMARY KEY,
            merchant_uid VARCHAR(128) NOT NULL,
            title TEXT NOT NULL,
            image TEXT NOT NULL,
            url TEXT NOT NULL,
            price VARCHAR(64) NULL,
            fields MEDIUMTEXT NOT NULL,
            KEY products_merchant (merchant_uid)) {Table};
        CREATE TABLE IF NOT EXISTS uploads (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            uid VARCHAR(128) NOT NULL,
            path VARCHAR(128) NOT NULL,
            content_type VARCHAR(64) NOT NULL,
            bytes BIGINT NOT NULL,
            created_at_ms BIGINT NOT NULL,
            UNIQUE KEY uploads_path (path),
            KEY uploads_uid (uid, created_at_ms)) {Table};
        """),
        new(Service.ServiceSchema.MySql),
        new("", LongTexts.Escape),
        new("", Service.ServiceSchema.AddAbsence),
        new("", UnreadCounts.AddColumns),
    ];
}
