namespace Portico.Gateway.Sessions;

/// <summary>
/// Clients of one loop in the order in which they came. Dense enough to walk at the speed of memory; a slot that was left stays
/// empty until nobody walks the list (<see cref="Pin"/>), so a walk that yields in the middle skips nobody and sees nobody twice.
/// </summary>
internal class ClientList
{
    private const int SmallestToCompact = 8;
    private ClientSession?[] _slots = [];
    private int _used;
    private int _pins;

    /// <summary>Clients in the list.</summary>
    public int Count { get; private set; }

    /// <summary>Mostly gaps, because it was pinned while many left: whoever pins it should come to an end.</summary>
    public bool IsSparse => _used > 1024 && Count * 4L < _used;

    /// <summary>All slots, the empty ones (null) included. Valid until the next <see cref="Add"/>, or longer while pinned by index.</summary>
    public ReadOnlySpan<ClientSession?> Slots => _slots.AsSpan(0, _used);

    /// <summary>Appends a client and returns its slot, which <see cref="ClientSession.Moved"/> corrects later.</summary>
    public int Add(ClientSession client)
    {
        if (_used == _slots.Length)
        {
            Array.Resize(ref _slots, Math.Max(2, _slots.Length * 2));
        }

        _slots[_used] = client;
        Count++;
        return _used++;
    }

    /// <summary>Empties a slot.</summary>
    public void RemoveAt(int slot)
    {
        _slots[slot] = null;
        Count--;
        if (_pins == 0)
        {
            Compact();
        }
    }

    /// <summary>Slots keep their numbers until <see cref="Unpin"/>.</summary>
    public void Pin() => _pins++;

    /// <summary>Ends a <see cref="Pin"/>.</summary>
    public void Unpin()
    {
        if (--_pins == 0)
        {
            Compact();
        }
    }

    private void Compact()
    {
        while (_used > 0 && _slots[_used - 1] is null)
        {
            _used--;
        }

        if (_used < SmallestToCompact || Count * 2 >= _used)
        {
            return;
        }

        var to = 0;
        for (var from = 0; from < _used; from++)
        {
            if (_slots[from] is { } client)
            {
                _slots[to] = client;
                client.Moved(this, to++);
            }
        }

        Array.Clear(_slots, to, _used - to);
        _used = to;
        if (_slots.Length > _used * 4)
        {
            Array.Resize(ref _slots, Math.Max(SmallestToCompact, _used * 2));
        }
    }
}
