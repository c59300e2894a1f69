using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Storage;

/// <summary>Brings a database to the schema this program knows, at every start; never removes anything that holds messages.</summary>
internal sealed partial class StoreSetup(ISqlDialect dialect, ILogger<StoreSetup> logger)
{
    /// <summary>The views that old PHP code reads, by name.</summary>
    public static readonly string[] ViewNames = ["hp_chat_log", "chat"];

    /// <summary>Runs the missing migrations and creates the views.</summary>
    public void Run()
    {
        using var connection = dialect.OpenForWriting();
        dialect.Exclusively(connection, () =>
        {
            Migrate(connection);
            CreateView(connection, "hp_chat_log", dialect.ShopView);
            CreateView(connection, "chat", dialect.ServiceView);
        });
    }

    /// <summary>Creates one view, unless a table of the application already has the name.</summary>
    public void CreateView(DbConnection connection, string name, string text)
    {
        if (dialect.KindOf(connection, name) == "table")
        {
            LogTableInTheWay(name);
            KeepIds(connection, name);
            return;
        }

        using var transaction = connection.BeginTransaction();
        connection.Execute($"DROP VIEW IF EXISTS {name}", transaction: transaction);
        connection.Execute($"CREATE VIEW {name} AS {text}", transaction: transaction);
        transaction.Commit();
    }

    // From the first message on, so that none has an id that the table's rows bring with them or are still given by the old application.
    private void KeepIds(DbConnection connection, string name)
    {
        try
        {
            MessageIds.KeepAbove(connection, name);
        }
        catch (DbException fault)
        {
            // A table of another kind that has the name by chance, or one that is locked just now: the import tries again.
            LogIdsNotKept(name, fault.Message);
        }
    }

    private void Migrate(DbConnection connection)
    {
        connection.Execute("CREATE TABLE IF NOT EXISTS portico_schema (version INTEGER NOT NULL)");
        connection.Execute(StoreProbe.Table);
        var version = connection.ExecuteScalar<long?>("SELECT MAX(version) FROM portico_schema") ?? 0;
        if (version > dialect.Migrations.Count)
        {
            throw new InvalidOperationException(
                $"WebApi:Store holds schema version {version}, this program knows {dialect.Migrations.Count}: start the newer program that wrote it.");
        }

        for (var step = (int)version; step < dialect.Migrations.Count; step++)
        {
            var (sql, first) = dialect.Migrations[step];
            first?.Invoke(connection);
            using var transaction = connection.BeginTransaction();
            if (sql.Length > 0)
            {
                connection.Execute(sql, transaction: transaction);
            }

            connection.Execute("INSERT INTO portico_schema (version) VALUES (@version)", new { version = step + 1 }, transaction);
            transaction.Commit();
            LogMigrated(dialect.Name, step + 1);
        }
    }
}
