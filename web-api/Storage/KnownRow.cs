namespace Portico.WebApi.Storage;

/// <summary>
/// A row of another system that is in the log: its number there, how far its conversation was read by both sides, and whether it stands there as sent
/// by the other side.
/// </summary>
internal readonly record struct KnownRow(long Seq, long ReadByA, long ReadByB, bool IsOfOther)
{
    /// <summary>Whether the row says nothing that the log does not say already. Cursors never go back, so that stays true.</summary>
    public bool Covers(BulkRow row) => !row.IsRead || (row.FromA ? ReadByB : ReadByA) >= Seq;
}
