namespace Portico.WebApi.Storage;

/// <summary>A conversation's counters while rows are added to it; it is written back when it has changed.</summary>
internal sealed class BulkConversation(long id, long lastSeq, long lastAtMs, long readByA, long readByB)
{
    public long Id { get; } = id;

    public long LastSeq { get; private set; } = lastSeq;

    public long LastAtMs { get; private set; } = lastAtMs;

    public long ReadByA { get; private set; } = readByA;

    public long ReadByB { get; private set; } = readByB;

    public bool HasChanged { get; private set; }

    /// <summary>Gives a row the next number. A time that has not come yet must not stand in the way of what is sent later.</summary>
    public long Add(BulkRow row, long nowMs)
    {
        HasChanged = true;
        LastSeq++;
        LastAtMs = Math.Max(LastAtMs, Math.Min(row.SentAtMs, nowMs));
        // Nobody's own message is unread to him; but what stands unread before it stays so, as the old table had it.
        if (row.FromA && ReadByA == LastSeq - 1)
        {
            ReadByA = LastSeq;
        }
        else if (!row.FromA && ReadByB == LastSeq - 1)
        {
            ReadByB = LastSeq;
        }

        MarkRead(row, LastSeq);
        return LastSeq;
    }

    /// <summary>Moves the cursor of a row's receiver when he has read it.</summary>
    public void MarkRead(BulkRow row, long seq)
    {
        if (row.IsRead && row.FromA && seq > ReadByB)
        {
            (ReadByB, HasChanged) = (seq, true);
        }
        else if (row.IsRead && !row.FromA && seq > ReadByA)
        {
            (ReadByA, HasChanged) = (seq, true);
        }
    }
}
