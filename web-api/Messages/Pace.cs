using System.Collections.Concurrent;

namespace Portico.WebApi.Messages;

/// <summary>Lets at most so many pass in a time for each key; what came too fast is not made up for. Thread-safe.</summary>
internal sealed class Pace<TKey>(int most, TimeSpan window, TimeProvider time)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, (long Began, int Count)> _windows = new();
    private long _tidied = time.GetTimestamp();

    /// <summary>Keys that are remembered.</summary>
    internal int Known => _windows.Count;

    /// <summary>Whether this one may pass.</summary>
    public bool TryPass(TKey key)
    {
        var now = time.GetTimestamp();
        var tidied = Volatile.Read(ref _tidied);
        if (time.GetElapsedTime(tidied, now) >= window && Interlocked.CompareExchange(ref _tidied, now, tidied) == tidied)
        {
            Tidy();
        }

        var count = _windows.AddOrUpdate(
            key,
            static (_, at) => (at.now, 1),
            static (_, old, at) => at.time.GetElapsedTime(old.Began, at.now) >= at.window
                ? (at.now, 1)
                : (old.Began, Math.Min(old.Count, int.MaxValue - 1) + 1),
            (now, time, window)).Count;
        return count <= most;
    }

    // Once in a window, whoever comes first: keys that were quiet for a whole one say nothing any more.
    private void Tidy()
    {
        foreach (var (key, old) in _windows)
        {
            if (time.GetElapsedTime(old.Began) >= window)
            {
                _windows.TryRemove(new(key, old));
            }
        }
    }
}
