using System.Data;
using System.Data.Common;
using Dapper;
using MySqlConnector;

namespace Portico.WebApi.Storage;

/// <summary>MySQL and MariaDB, several web-api processes at once.</summary>
internal sealed class MySqlDialect(string connectionString, LogClock clock) : ISqlDialect
{
    // A row that somebody holds longer (the server's own 50 s) would have all sends wait behind the group that wants it.
    private const int LockSeconds = 10;

    // Reads share a bounded pool; the writer's connection stands outside it, so that no number of readers can keep it from the database.
    private readonly string _pooled = MySqlSettings.ForReading(connectionString);
    private readonly string _single = MySqlSettings.ForWriting(connectionString);

    public string Name => "mysql";

    // The look for an idempotency key comes after the conversation's lock and must see what was committed meanwhile; no gap locks.
    public IsolationLevel Isolation => IsolationLevel.ReadCommitted;

    public string LockSuffix => " FOR UPDATE";

    public IReadOnlyList<Migration> Migrations => MySqlSchema.Migrations;

    public string Divide => "DIV";

    public IKeptTables KeptTables { get; } = new MySqlKeptTables();

    public string UpsertProduct => """
        INSERT INTO products (id, merchant_uid, title, image, url, price, fields)
        VALUES (@Id, @MerchantUid, @Title, @Image, @Url, @Price, @Fields)
        ON DUPLICATE KEY UPDATE merchant_uid = VALUES(merchant_uid), title = VALUES(title), image = VALUES(image),
            url = VALUES(url), price = VALUES(price), fields = VALUES(fields)
        """;

    public DbConnection Open() => Open(_pooled);

    public async ValueTask<DbConnection> OpenAsync()
    {
        var connection = new MySqlConnection(_pooled);
        try
        {
            await connection.OpenAsync();
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return connection;
    }

    // The server decides (innodb_flush_log_at_trx_commit, 1 by default): the connection can only ask for the same.
    public DbConnection OpenForWriting()
    {
        var connection = Open(_single);
        connection.Execute($"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION innodb_lock_wait_timeout = {LockSeconds}");
        return connection;
    }

    public void Exclusively(DbConnection connection, Action work)
    {
        if (connection.ExecuteScalar<long?>("SELECT GET_LOCK('portico_migrate', 60)") != 1)
        {
            throw new StoreUnavailableException("Another process has been migrating this database for more than 60 s.");
        }

        try
        {
            work();
        }
        finally
        {
            connection.Execute("DO RELEASE_LOCK('portico_migrate')");
        }
    }

    public string? KindOf(DbConnection connection, string name)
    {
        var (kind, comment) = connection.QuerySingleOrDefault<(string? Kind, string? Comment)>(
            "SELECT table_type, table_comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = @name",
            new { name });
        return kind is null ? null : kind == "VIEW" ? "view" : MySqlKeptTables.IsMark(comment) ? "kept" : "table";
    }

    // 1213 deadlock, 1205 lock wait timeout, 1062 duplicate key (another process used the idempotency key meanwhile), 1020 record changed,
    // 1146 and 1356: a table of ours is just getting its name.
    public bool IsRaceLost(DbException fault) => fault is MySqlException { Number: 1213 or 1205 or 1062 or 1020 or 1146 or 1356 };

    // In the server, whose rename of a table is waited for.
    public void Pause(DbConnection connection, int attempt)
    {
        if (attempt > 0)
        {
            connection.Execute("DO SLEEP(@seconds)", new { seconds = attempt * 0.005 });
        }
    }

    public IBatchAppender CreateAppender() => new MySqlAppender(clock);

    public IBulkRows CreateBulkRows() => new MySqlBulkRows(clock);

    // One RENAME exchanges both names at once; what a run left behind that was ended before it is made anew.
    public string SwapForView(string table, string renamed, string view) =>
        $"CREATE OR REPLACE VIEW {table}_view AS {view}; RENAME TABLE {table} TO {renamed}, {table}_view TO {table}";

    private static MySqlConnection Open(string connectionString)
    {
        var connection = new MySqlConnection(connectionString);
        try
        {
            connection.Open();
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        return connection;
    }
}
