using System.Collections.Concurrent;

namespace Portico.WebApi.Messages;

/// <summary>Lets at most so many pass in a time for each key; what came too fast is not made up for. Thread-safe.</summary>
internal sealed class Pace<TKey>(int most, TimeSpan window, TimeProvider time)
    where TKey : notnull
{
    // Keys that were quiet for a whole window say nothing any more and are thrown out when so many have gathered.
    private const int MostKnown = 10_000;
    private readonly ConcurrentDictionary<TKey, (long Began, int Count)> _windows = new();

    /// <summary>Whether this one may pass.</summary>
    public bool TryPass(TKey key)
    {
        if (_windows.Count > MostKnown)
        {
            Tidy();
        }

        var now = time.GetTimestamp();
        var count = _windows.AddOrUpdate(
            key,
            static (_, at) => (at.now, 1),
            static (_, old, at) => at.time.GetElapsedTime(old.Began, at.now) >= at.window ? (at.now, 1) : (old.Began, Math.Min(old.Count, int.MaxValue - 1) + 1),
            (now, time, window)).Count;
        return count <= most;
    }

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
