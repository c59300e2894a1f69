namespace Portico.WebApi.Import;

/// <summary>What an import did with one table.</summary>
/// <param name="Table">Name of the old table.</param>
internal sealed record ImportReport(string Table)
{
    /// <summary>Rows copied now.</summary>
    public long Imported { get; init; }

    /// <summary>Rows that an earlier import had copied.</summary>
    public long Known { get; init; }

    /// <summary>Rows whose members are no uids, or without a usable id; they stay where they are.</summary>
    public long Skipped { get; init; }

    /// <summary>Why rows were skipped.</summary>
    public RowRemarks SkippedRows { get; init; } = new();

    /// <summary>What in copied rows was read otherwise than it stands there.</summary>
    public RowRemarks CorrectedRows { get; init; } = new();

    /// <summary>Messages of an earlier import that a repair has put right; null where no repair was asked for.</summary>
    public long? Repaired { get; init; }

    /// <summary>Messages that a repair has removed: they stood in the log twice, or in a conversation that is not theirs.</summary>
    public long Removed { get; init; }

    /// <summary>Whether the view stands in the table's place now.</summary>
    public bool TakenOver { get; init; }

    /// <summary>The table whose name the old one would get, when that kept it from being taken over.</summary>
    public string? InTheWay { get; init; }
}
