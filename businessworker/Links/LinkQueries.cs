using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Links;

/// <summary>The commands of one stream whose result somebody waits for. From any thread.</summary>
internal sealed class LinkQueries(int limit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, IResultTaker> _waiting = [];
    private ulong _last;
    private bool _ended;

    /// <summary>An id for a command; 0 when too many wait or the stream has ended.</summary>
    public ulong Add(IResultTaker taker)
    {
        lock (_lock)
        {
            if (_ended || _waiting.Count >= limit)
            {
                return 0;
            }

            _waiting.Add(++_last, taker);
            return _last;
        }
    }

    /// <summary>Nobody waits any more.</summary>
    public void Remove(ulong id)
    {
        lock (_lock)
        {
            _waiting.Remove(id);
        }
    }

    /// <summary>A result came.</summary>
    public void Complete(scoped in ResultView result)
    {
        IResultTaker? taker;
        lock (_lock)
        {
            if (!_waiting.TryGetValue(result.Id, out taker))
            {
                return;
            }

            if (!result.More)
            {
                _waiting.Remove(result.Id);
            }
        }

        taker.Take(result);
    }

    /// <summary>The stream has ended.</summary>
    public void FailAll()
    {
        List<IResultTaker> takers;
        lock (_lock)
        {
            _ended = true;
            takers = [.. _waiting.Values];
            _waiting.Clear();
        }

        foreach (var taker in takers)
        {
            taker.Lost();
        }
    }
}
