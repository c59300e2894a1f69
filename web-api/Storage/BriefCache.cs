using System.Diagnostics.CodeAnalysis;

namespace Portico.WebApi.Storage;

/// <summary>
/// What was read a moment ago, and one reading for all who want the same at one time: without that, every caller of a busy moment would
/// open a connection of his own. What is not there, or could not be read, is not remembered. Thread-safe.
/// </summary>
/// <param name="believed">How long what was read is believed.</param>
/// <param name="time">The clock.</param>
/// <param name="read">Reads one; null when there is none.</param>
/// <param name="most">Keys that are remembered; one more, and all are forgotten.</param>
internal sealed class BriefCache<TKey, TValue>(TimeSpan believed, TimeProvider time, Func<TKey, Task<TValue?>> read, int most = 10_000)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Entry> _entries = [];

    /// <summary>What the key stands for, or null.</summary>
    public Task<TValue?> GetAsync(TKey key)
    {
        Entry entry;
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var known) && time.GetElapsedTime(known.BegunAt) < believed)
            {
                return known.Answer.Task;
            }

            if (_entries.Count >= most)
            {
                _entries.Clear();
            }

            _entries[key] = entry = new Entry(new(TaskCreationOptions.RunContinuationsAsynchronously), time.GetTimestamp());
        }

        return ReadAsync(key, entry);
    }

    /// <summary>Forgets one key.</summary>
    public void Remove(TKey key)
    {
        lock (_lock)
        {
            _entries.Remove(key);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "What went wrong is told to everybody who waits for this reading.")]
    private async Task<TValue?> ReadAsync(TKey key, Entry entry)
    {
        TValue? value = null;
        try
        {
            value = await read(key);
        }
        catch (Exception fault)
        {
            entry.Answer.TrySetException(fault);
        }

        if (value is null)
        {
            Remove(key, entry);
        }

        entry.Answer.TrySetResult(value);
        return await entry.Answer.Task;
    }

    private void Remove(TKey key, Entry entry)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var present) && ReferenceEquals(present, entry))
            {
                _entries.Remove(key);
            }
        }
    }

    private sealed record Entry(TaskCompletionSource<TValue?> Answer, long BegunAt);
}
