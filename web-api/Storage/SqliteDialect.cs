using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Portico.Hosting.Secrets;

namespace Portico.WebApi.Storage;

/// <summary>SQLite in one file: write-ahead log, and every commit on the disk before it is answered (synchronous FULL).</summary>
internal sealed class SqliteDialect : ISqlDialect
{
    private readonly string _connectionString;
    private readonly LogClock _clock;

    public SqliteDialect(string file, LogClock clock)
    {
        _clock = clock;
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { Length: > 0 } folder)
        {
            MakeFolder(folder);
        }

        _connectionString = new SqliteConnectionStringBuilder { DataSource = file, Pooling = true, DefaultTimeout = 10 }.ToString();
    }

    public string Name => "sqlite";

    public IsolationLevel Isolation => IsolationLevel.Serializable;

    public string LockSuffix => "";

    public IReadOnlyList<Migration> Migrations => SqliteSchema.Migrations;

    public string Divide => "/";

    public IKeptTables KeptTables { get; } = new SqliteKeptTables();

    public string UpsertProduct => """
        INSERT INTO products (id, merchant_uid, title, image, url, price, fields)
        VALUES (@Id, @MerchantUid, @Title, @Image, @Url, @Price, @Fields)
        ON CONFLICT (id) DO UPDATE SET merchant_uid = excluded.merchant_uid, title = excluded.title, image = excluded.image,
            url = excluded.url, price = excluded.price, fields = excluded.fields
        """;

    public DbConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    // A file: there is nothing to wait for.
    public ValueTask<DbConnection> OpenAsync() => new(Open());

    public DbConnection OpenForWriting()
    {
        var connection = Open();
        using var command = connection.CreateCommand();
        // secure_delete: what is deleted or overwritten is zeroed, so that a recalled message is not found in free space of the file.
        // The write-ahead log goes into the file every 4,000 pages (16 MiB) instead of 1,000: pages that every batch touches go there once.
        command.CommandText =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000; "
            + "PRAGMA secure_delete = ON;";
        command.ExecuteNonQuery();
        return connection;
    }

    // The file's write lock is the only one there is: a second process waits for it (busy_timeout).
    public void Exclusively(DbConnection connection, Action work) => work();

    public string? KindOf(DbConnection connection, string name)
    {
        var (kind, sql) = connection.QuerySingleOrDefault<(string? Kind, string? Sql)>(
            "SELECT type, sql FROM sqlite_master WHERE name = @name AND type IN ('table', 'view')", new { name });
        return kind == "table" && SqliteKeptTables.IsMarked(sql) ? "kept" : kind;
    }

    public bool TryRemoveErased()
    {
        using var connection = Open();

        // Old pages are in the write-ahead log until it is cut off, for which nobody may read them.
        connection.Execute("PRAGMA busy_timeout = 1000");
        return connection.QuerySingle<(long Busy, long Pages, long Moved)>("PRAGMA wal_checkpoint(TRUNCATE)").Busy == 0;
    }

    // 5 busy, 6 locked: somebody else holds the file, for example a backup.
    public bool IsRaceLost(DbException fault) => fault is SqliteException { SqliteErrorCode: 5 or 6 };

    // SQLite itself waits for the file (busy_timeout).
    public void Pause(DbConnection connection, int attempt)
    {
    }

    public IBatchAppender CreateAppender() => new SqliteAppender(_clock);

    public IBulkRows CreateBulkRows() => new SqliteBulkRows(_clock);

    // Both in the transaction that runs it.
    public string SwapForView(string table, string renamed, string view) => $"ALTER TABLE {table} RENAME TO {renamed}; CREATE VIEW {table} AS {view}";

    private static void MakeFolder(string folder)
    {
        try
        {
            OwnerOnly.CreateFolder(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Opening the file fails in a moment, where the operator is told which key it came from.
        }
    }
}
