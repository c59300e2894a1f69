using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>One of the two old tables: its columns, and how a row of it is read. A row that cannot be read is left out, with the reason.</summary>
/// <param name="Shape">The table, and what takes its place.</param>
/// <param name="Prefix">What the keys of its rows begin with in the log.</param>
/// <param name="Columns">Column names and whether there is no import without them; the others are 0 where they are missing.</param>
/// <param name="Read">Reads a row.</param>
internal sealed record OldTable(OldTableShape Shape, string Prefix, IReadOnlyList<(string Name, bool IsNeeded)> Columns, Func<OldRow, OldRowReading> Read)
{
    /// <summary>The table's name.</summary>
    public string Name => Shape.Name;

    /// <summary>What it is called from the moment its view stands until all of it is copied: who finds this name goes on there.</summary>
    public string Moving => Name + "_moving";

    /// <summary>What it is called when all of it is in the log.</summary>
    public string Done => Name + "_old";
}
