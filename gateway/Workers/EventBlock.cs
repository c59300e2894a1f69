using Portico.Contracts.Link;

namespace Portico.Gateway.Workers;

/// <summary>
/// Memory in which encoded events stand one after the other, from where they are copied to the link; it is kept until the last of them is
/// acknowledged, so that keeping costs no copy of its own.
/// </summary>
internal sealed class EventBlock : IDisposable
{
    /// <summary>Usual size: some hundred chat messages. Small enough that one forgotten event does not hold much.</summary>
    public const int Size = 64 * 1024;

    // Several large events side by side: one that is a little over a power of two would hold twice its memory alone.
    private const int SizeForLarge = 256 * 1024;

    /// <summary>Bytes that an event may take beside its body and state: tags, numbers, a close reason of 123 bytes.</summary>
    public const int Overhead = 256;

    private readonly int _capacity;
    private int _live;
    private bool _full;

    /// <summary>A block of the usual size, or larger for one event that needs it.</summary>
    public EventBlock(int needed)
    {
        _capacity = needed <= Size / 2 ? Size : Math.Max(SizeForLarge, needed);
        Events = new EventBatchWriter(_capacity);
    }

    /// <summary>A block of exactly one event that was encoded before.</summary>
    public EventBlock(ReadOnlySpan<byte> encodedEvent, out EventPlace place)
    {
        _capacity = encodedEvent.Length + Overhead;
        Events = new EventBatchWriter(_capacity);
        _ = EventView.TryRead(encodedEvent, out var view);
        place = Events.Append(view);
        _live = 1;
        _full = true;
    }

    /// <summary>The encoded events.</summary>
    public EventBatchWriter Events { get; }

    /// <summary>Whether <paramref name="needed"/> more bytes fit.</summary>
    public bool Fits(int needed) => Events.Length + needed <= _capacity;

    /// <summary>One more event in it has to be kept.</summary>
    public void Keep() => _live++;

    /// <summary>One event less has to be kept.</summary>
    public void Release()
    {
        _live--;
        FreeWhenUnused();
    }

    /// <summary>Nothing is added any more and all is sent.</summary>
    public void Finish()
    {
        _full = true;
        FreeWhenUnused();
    }

    /// <inheritdoc/>
    public void Dispose() => Events.Dispose();

    private void FreeWhenUnused()
    {
        if (_full && _live == 0)
        {
            Dispose();
        }
    }
}
