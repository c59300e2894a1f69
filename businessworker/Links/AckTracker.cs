namespace Portico.BusinessWorker.Links;

/// <summary>Which events of a stream are done with, and what of it the gateway was not told yet. Under the lock of the link's output.</summary>
internal sealed class AckTracker
{
    private readonly SortedDictionary<ulong, ulong> _above = [];
    private readonly List<(ulong First, ulong Last)> _fresh = [];
    private ulong _toldThrough;

    /// <summary>All up to this one are done with.</summary>
    public ulong Through { get; private set; }

    /// <summary>There is something to tell.</summary>
    public bool HasNews => Through > _toldThrough || _fresh.Count > 0;

    /// <summary>These are done with.</summary>
    public void Done(ulong first, ulong last)
    {
        if (last <= Through)
        {
            // A gateway that counts again from an earlier number is told what it knows.
            return;
        }

        if (first != Through + 1)
        {
            _above[first] = last;
            Remember(first, last);
            return;
        }

        Through = last;
        while (_above.Count > 0 && _above.Remove(Through + 1, out var next))
        {
            Through = next;
        }
    }

    /// <summary>What is to be told now; the ranges stand above <see cref="Through"/>.</summary>
    public List<(ulong First, ulong Last)> TakeNews()
    {
        if (_fresh.Count > 0)
        {
            _fresh.RemoveAll(range => range.Last <= Through);
        }

        _toldThrough = Through;
        return _fresh;
    }

    /// <summary>It was told.</summary>
    public void Told() => _fresh.Clear();

    private void Remember(ulong first, ulong last)
    {
        // Finished one after the other: one range.
        if (_fresh.Count > 0 && _fresh[^1].Last + 1 == first)
        {
            _fresh[^1] = (_fresh[^1].First, last);
            return;
        }

        _fresh.Add((first, last));
    }
}
