using System.Buffers;

namespace Portico.Contracts.Link;

/// <summary>
/// Rented arrays. The shared pool keeps, for each size and core, what it has once given out: right for chat messages, wrong for one of 64 MiB.
/// Such an array is made for its message alone and left to the collector, which <see cref="LargeArrayKeeper"/> reminds when it is quiet.
/// </summary>
public static class PooledBytes
{
    /// <summary>Arrays above this are not kept: twice the usual largest message.</summary>
    public const int LargestPooled = 2 * 1024 * 1024;

    private static long _dropped;
    private static long _collected;

    /// <summary>An array of at least that length, with anything in it.</summary>
    public static byte[] Rent(int length) => length <= LargestPooled ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);

    /// <summary>Nobody uses it any more.</summary>
    public static void Return(byte[] array)
    {
        if (array.Length <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
        else
        {
            Interlocked.Add(ref _dropped, array.Length);
        }
    }

    /// <summary>Bytes of large arrays that were left to the collector so far.</summary>
    internal static long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>True, once, when that much was left since the last time.</summary>
    internal static bool TryTakeDropped(long enough)
    {
        var dropped = Dropped;
        var before = Interlocked.Read(ref _collected);
        return dropped - before >= enough && Interlocked.CompareExchange(ref _collected, dropped, before) == before;
    }
}
