namespace Portico.Gateway.Connections;

/// <summary>Memory of unfinished messages of clients that the application does not know yet, in the whole gateway. Shared by the loops.</summary>
/// <param name="most">Bytes in all.</param>
internal sealed class PartialBudget(long most)
{
    /// <summary>What a client may hold uncounted: messages that came in several segments, not those that are held on purpose.</summary>
    public const int Free = 16 * 1024;

    private long _bytes;

    /// <summary>Bytes that are counted now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Counts more; false when that is more than there may be, and then nothing is counted.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= most)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    /// <summary>Counts less.</summary>
    public void Return(int bytes) => Interlocked.Add(ref _bytes, -bytes);
}
