using Dapper;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>
/// Copies the old tables into the log, keeping their ids. It can be run again and again while the old application still writes, and be ended at any
/// moment: each page is one transaction, and a row that is in the log is known by its key. A take-over puts the view in the table's place, copies what
/// came last, and leaves the table as <c>…_old</c>; until it has that name, the next run goes on with it.
/// </summary>
internal sealed class OldTableImport(ISqlDialect dialect, ChatLog log, OldRows rows, StoreSetup setup)
{
    // Seconds; renaming waits for whoever reads the table.
    private const int Patience = 600;

    private int _running;

    /// <summary>Imports every old table that is there; with <paramref name="repair"/>, what an earlier version imported wrongly is put right before.</summary>
    public async Task<List<ImportReport>> RunAsync(bool takeOver, bool repair = false)
    {
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw new OldTableException("An import is running already.");
        }

        try
        {
            var reports = new List<ImportReport>();
            foreach (var table in rows.Tables)
            {
                if (await (repair ? RepairAsync(table, takeOver) : ImportAsync(table, takeOver)) is { } report)
                {
                    reports.Add(report);
                }
            }

            return reports;
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    // By the old table, whatever it is called by now.
    private async Task<ImportReport?> RepairAsync(OldTable table, bool takeOver)
    {
        string[] names = [table.Moving, table.Name, table.Done];
        if (Array.Find(names, name => KindOf(name) == "table") is not { } name)
        {
            return null;
        }

        var (repaired, removed) = await new LogRepair(dialect, log, table, name).RunAsync();
        var report = name == table.Done
            ? await new TableCopy(dialect, log, table, name).RunAsync() with { TakenOver = true }
            : await ImportAsync(table, takeOver);
        return report! with { Repaired = repaired, Removed = removed };
    }

    private async Task<ImportReport?> ImportAsync(OldTable table, bool takeOver)
    {
        if (KindOf(table.Moving) == "table")
        {
            return await FinishAsync(table, new ImportReport(table.Name));
        }

        if (KindOf(table.Name) != "table")
        {
            return null;
        }

        var prepared = setup.Prepare(table.Shape);
        var report = await new TableCopy(dialect, log, table, table.Name).RunAsync();
        if (!takeOver)
        {
            return report;
        }

        if (KindOf(table.Done) is not null)
        {
            return report with { InTheWay = table.Done };
        }

        // From here on the old application reads the log; a last row that it wrote in between is there when the copy is through.
        setup.TakeOver(table.Shape, table.Moving, prepared);
        return await FinishAsync(table, report);
    }

    private async Task<ImportReport> FinishAsync(OldTable table, ImportReport before)
    {
        var last = await new TableCopy(dialect, log, table, table.Moving).RunAsync();
        var report = last with { Imported = before.Imported + last.Imported, Known = last.Known - before.Imported, TakenOver = true };
        if (KindOf(table.Done) is not null)
        {
            return report with { InTheWay = table.Done };
        }

        Change($"ALTER TABLE {table.Moving} RENAME TO {table.Done}");
        return report;
    }

    // Not by the writer: on MySQL such a statement commits by itself, and would commit half of a group of sends with it.
    private void Change(string statements)
    {
        using var connection = dialect.OpenForWriting();
        using var transaction = connection.BeginTransaction(dialect.Isolation);
        connection.Execute(statements, transaction: transaction, commandTimeout: Patience);
        transaction.Commit();
    }

    private string? KindOf(string name)
    {
        using var connection = dialect.Open();
        return dialect.KindOf(connection, name);
    }
}
