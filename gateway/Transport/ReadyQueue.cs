namespace Portico.Gateway.Transport;

/// <summary>Portable sockets that pool threads found ready for their loop; the first of a batch wakes it.</summary>
internal sealed class ReadyQueue(Action wake)
{
    private readonly Lock _gate = new();
    private List<PortableSocket> _waiting = [];
    private List<PortableSocket> _taken = [];
    private int _count;

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Adds a socket. Any thread.</summary>
    public void Add(PortableSocket socket)
    {
        bool first;
        lock (_gate)
        {
            _waiting.Add(socket);
            first = ++_count == 1;
        }

        if (first)
        {
            wake();
        }
    }

    /// <summary>Takes all; valid until the next call.</summary>
    public List<PortableSocket> Take()
    {
        _taken.Clear();
        if (IsEmpty)
        {
            return _taken;
        }

        lock (_gate)
        {
            (_waiting, _taken) = (_taken, _waiting);
            _count = 0;
        }

        return _taken;
    }
}
