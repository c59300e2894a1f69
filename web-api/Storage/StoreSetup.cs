using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Storage;

/// <summary>Brings a database to the schema this program knows, at every start; never removes anything that holds messages.</summary>
internal sealed partial class StoreSetup(ISqlDialect dialect, ILogger<StoreSetup> logger, KeepMode mode = KeepMode.Auto)
{
    // Names that a take-over gives to the old application's table, or to ours before it.
    private static readonly string[] TakenOverEnds = ["_old", "_moving", "_filling"];

    // Seconds; renaming waits for whoever reads the table.
    private const int Patience = 600;

    /// <summary>Whether there are real tables whose read marks may wait.</summary>
    public bool KeepsTables { get; private set; }

    /// <summary>Runs the missing migrations, and shows the log as the old tables.</summary>
    public void Run()
    {
        using var connection = dialect.OpenForWriting();
        dialect.Exclusively(connection, () =>
        {
            Migrate(connection);
            Array.ForEach(OldTableShape.All, shape => Show(connection, shape));
        });
    }

    /// <summary>
    /// Makes a real table and fills it from the log, under a name of its own, while the old application's table still has its name; false where there are
    /// to be views, or there is no right to make triggers.
    /// </summary>
    public bool Prepare(OldTableShape shape)
    {
        using var connection = dialect.OpenForWriting();
        var done = false;
        dialect.Exclusively(connection, () => done = mode != KeepMode.Off && Try(connection, shape, () => dialect.KeptTables.Prepare(connection, shape)));
        return done;
    }

    /// <summary>Puts a prepared table, or the view, in the place of the old application's table, which is renamed.</summary>
    public void TakeOver(OldTableShape shape, string renamed, bool prepared)
    {
        using var connection = dialect.OpenForWriting();
        dialect.Exclusively(connection, () =>
        {
            if (prepared)
            {
                dialect.KeptTables.Swap(connection, shape, renamed);
                KeepsTables = true;
                return;
            }

            using var transaction = connection.BeginTransaction(dialect.Isolation);
            connection.Execute(dialect.SwapForView(shape.Name, renamed, shape.View(dialect.Divide)), transaction: transaction, commandTimeout: Patience);
            transaction.Commit();
        });
    }

    private void Show(DbConnection connection, OldTableShape shape)
    {
        var kind = dialect.KindOf(connection, shape.Name);
        if (kind == "table")
        {
            LogTableInTheWay(shape.Name);
            KeepIds(connection, shape.Name);
            return;
        }

        if (IsKept(connection, shape, kind))
        {
            if (dialect.KeptTables.IsComplete(connection, shape) || Try(connection, shape, () =>
            {
                dialect.KeptTables.Prepare(connection, shape);
                dialect.KeptTables.Swap(connection, shape, null);
            }))
            {
                KeepsTables = true;
                return;
            }
        }
        else
        {
            dialect.KeptTables.Remove(connection, shape);
        }

        using var transaction = connection.BeginTransaction();
        connection.Execute($"DROP VIEW IF EXISTS {shape.Name}", transaction: transaction);
        connection.Execute($"CREATE VIEW {shape.Name} AS {shape.View(dialect.Divide)}", transaction: transaction);
        transaction.Commit();
    }

    private bool IsKept(DbConnection connection, OldTableShape shape, string? kind) => mode switch
    {
        KeepMode.On => true,
        KeepMode.Off => false,
        _ => kind == "kept" || TakenOverEnds.Any(end => dialect.KindOf(connection, shape.Name + end) is not null),
    };

    private bool Try(DbConnection connection, OldTableShape shape, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (DbException fault)
        {
            LogNotKept(shape.Name, fault.Message);
            dialect.KeptTables.Remove(connection, shape);
            return false;
        }
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
