namespace Portico.WebApi.Storage;

/// <summary>A row of another system that is in the log: its number there, and how far its conversation was read by both sides.</summary>
internal readonly record struct KnownRow(long Seq, long ReadByA, long ReadByB)
{
    /// <summary>Whether the row says nothing that the log does not say already. Cursors never go back, so that stays true.</summary>
    public bool Covers(BulkRow row) => !row.IsRead || (row.FromA ? ReadByB : ReadByA) >= Seq;
}
