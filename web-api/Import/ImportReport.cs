namespace Portico.WebApi.Import;

/// <summary>What an import did with one table.</summary>
/// <param name="Table">Name of the old table.</param>
/// <param name="Imported">Rows copied now.</param>
/// <param name="Known">Rows that an earlier import had copied.</param>
/// <param name="Skipped">Rows whose members are no uids; they stay where they are.</param>
/// <param name="TakenOver">Whether the view stands in the table's place now.</param>
internal sealed record ImportReport(string Table, int Imported, int Known, int Skipped, bool TakenOver);
