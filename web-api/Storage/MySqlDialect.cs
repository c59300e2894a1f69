using System.Data;
using System.Data.Common;
using Dapper;
using MySql.Data.MySqlClient;

namespace Portico.WebApi.Storage;

/// <summary>MySQL and MariaDB, several web-api processes at once.</summary>
internal sealed class MySqlDialect(string connectionString, LogClock clock) : ISqlDialect
{
    // A row that somebody holds longer (the server's own 50 s) would have all sends wait behind the group that wants it.
    private const int LockSeconds = 10;

    private readonly string _connectionString = Complete(connectionString);

    /// <summary>Whether the driver understands the text. What it says of one that it does not may quote a password, so it is not passed on.</summary>
    public static bool CanRead(string connectionString)
    {
        try
        {
            return new MySqlConnectionStringBuilder(connectionString).Server.Length > 0;
        }
        catch (Exception fault) when (fault is ArgumentException or MySqlException or FormatException)
        {
            return false;
        }
    }

    public string Name => "mysql";

    // The look for an idempotency key comes after the conversation's lock and must see what was committed meanwhile; no gap locks.
    public IsolationLevel Isolation => IsolationLevel.ReadCommitted;

    public string LockSuffix => " FOR UPDATE";

    public IReadOnlyList<string> Migrations => MySqlSchema.Migrations;

    public string ShopView => MySqlSchema.ShopView;

    public string ServiceView => MySqlSchema.ServiceView;

    public string UpsertProduct => """
        INSERT INTO products (id, merchant_uid, title, image, url, price, fields)
        VALUES (@Id, @MerchantUid, @Title, @Image, @Url, @Price, @Fields)
        ON DUPLICATE KEY UPDATE merchant_uid = VALUES(merchant_uid), title = VALUES(title), image = VALUES(image),
            url = VALUES(url), price = VALUES(price), fields = VALUES(fields)
        """;

    public DbConnection Open()
    {
        var connection = new MySqlConnection(_connectionString);
        connection.Open();
        return connection;
    }

    public async ValueTask<DbConnection> OpenAsync()
    {
        var connection = new MySqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync();
        }
        catch (TimeoutException fault)
        {
            // The driver's own, when a server takes the connection and then says nothing: no DbException, but away all the same.
            await connection.DisposeAsync();
            throw new StoreUnavailableException(fault.Message, fault);
        }

        return connection;
    }

    // The server decides (innodb_flush_log_at_trx_commit, 1 by default): the connection can only ask for the same.
    public DbConnection OpenForWriting()
    {
        var connection = Open();
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
        var kind = connection.QuerySingleOrDefault<string>(
            "SELECT table_type FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = @name",
            new { name });
        return kind is null ? null : kind == "VIEW" ? "view" : "table";
    }

    // 1213 deadlock, 1205 lock wait timeout, 1062 duplicate key (another process used the idempotency key meanwhile), 1020 record changed.
    public bool IsRaceLost(DbException fault) => fault is MySqlException { Number: 1213 or 1205 or 1062 or 1020 };

    public IBatchAppender CreateAppender() => new MySqlAppender(clock);

    public IBulkRows CreateBulkRows() => new MySqlBulkRows(clock);

    // One RENAME exchanges both names at once; what a run left behind that was ended before it is made anew.
    public string SwapForView(string table, string renamed, string view) =>
        $"CREATE OR REPLACE VIEW {table}_view AS {view}; RENAME TABLE {table} TO {renamed}, {table}_view TO {table}";

    private static string Complete(string connectionString)
    {
        var builder = new MySqlConnectionStringBuilder(connectionString);
        // What the caller says counts; these are better defaults than the driver's for a log.
        if (!connectionString.Contains("charset", StringComparison.OrdinalIgnoreCase))
        {
            builder.CharacterSet = "utf8mb4";
        }

        if (!connectionString.Contains("timeout", StringComparison.OrdinalIgnoreCase))
        {
            builder.ConnectionTimeout = 5;
        }

        return builder.ToString();
    }
}
