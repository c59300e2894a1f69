using System.Buffers;

namespace Portico.Contracts.Link;

/// <summary>
/// Collects the events of one batch, encoded, in one pooled block. After it was written to the link the block can be kept as it is until its
/// events are acknowledged: each Event's bytes stand alone (<see cref="At"/>), and <see cref="AppendAgain"/> turns them into a redelivered one.
/// </summary>
public sealed class EventBatchWriter(int initialCapacity = 16 * 1024) : IDisposable
{
    /// <summary>Most bytes that <see cref="WriteHeader"/> takes.</summary>
    public const int MaxHeaderLength = 2 + (2 * Varint.MaxLength);

    private readonly LinkBuffer _entries = new(initialCapacity);

    /// <summary>Events in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the events with their tags and lengths.</summary>
    public int Length => _entries.Length;

    /// <summary>Adds an event with the body it names.</summary>
    public EventPlace Append(scoped in EventView view)
    {
        var place = Append(view, view.Body.Length, out var body);
        view.Body.CopyTo(body);
        return place;
    }

    /// <summary>
    /// Adds an event whose body the caller writes into <paramref name="body"/> before the next call; <see cref="EventView.Body"/> is not looked at.
    /// </summary>
    public EventPlace Append(scoped in EventView view, int bodyLength, out Span<byte> body)
    {
        var length = view.Measure(bodyLength);
        var entry = _entries.GetSpan(1 + Varint.MaxLength + length);
        entry[0] = LinkTags.BatchEvents;
        var start = 1 + Varint.Write(entry[1..], (uint)length);
        body = view.Write(entry.Slice(start, length), bodyLength);
        var place = new EventPlace(_entries.Length + start, length);
        _entries.Advance(start + length);
        Count++;
        return place;
    }

    /// <summary>
    /// Adds an event that another worker was already given: marked so, and without its state, which the adoption before it tells whole. False when
    /// the bytes are not an Event.
    /// </summary>
    public bool AppendAgain(ReadOnlySpan<byte> encodedEvent, out EventPlace place)
    {
        place = default;
        if (!EventView.TryRead(encodedEvent, out var view))
        {
            return false;
        }

        view.Redelivered = true;
        view.HasState = false;
        place = Append(view);
        return true;
    }

    /// <summary>An event's encoded bytes; until this batch is cleared.</summary>
    public ReadOnlySpan<byte> At(EventPlace place) => _entries.WrittenSpan.Slice(place.Offset, place.Length);

    /// <summary>Bytes that <see cref="WriteTo"/> will write.</summary>
    public int MessageLength(ulong firstSequence) => 1 + Varint.SizeOfDelimited(BatchLength(firstSequence));

    /// <summary>Writes the field <c>events</c> of a GatewayMessage: alone it is a whole GatewayMessage, and parts or results may stand beside it.</summary>
    public void WriteTo(IBufferWriter<byte> output, ulong firstSequence)
    {
        output.Advance(WriteHeader(output.GetSpan(MaxHeaderLength), firstSequence, _entries.Length));
        output.Write(_entries.WrittenSpan);
    }

    /// <summary>
    /// For a batch that goes in pieces: writes what stands before <paramref name="eventsLength"/> bytes of encoded events in the field <c>events</c>.
    /// </summary>
    /// <returns>How many bytes it took, at most <see cref="MaxHeaderLength"/>.</returns>
    public static int WriteHeader(Span<byte> destination, ulong firstSequence, int eventsLength)
    {
        // By hand, since an empty batch has a length too, and WireWriter leaves zeros out.
        destination[0] = LinkTags.GatewayEvents;
        var start = 1 + Varint.Write(destination[1..], (uint)(LinkTags.SizeOf(firstSequence) + eventsLength));
        var writer = new WireWriter(destination[start..]);
        writer.Number(LinkTags.BatchFirstSequence, firstSequence);
        return start + writer.Position;
    }

    /// <summary>Forgets the events; keeps the memory when it is not larger than <paramref name="keepCapacity"/>.</summary>
    public void Clear(int keepCapacity = int.MaxValue)
    {
        _entries.Clear(keepCapacity);
        Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    private int BatchLength(ulong firstSequence) => LinkTags.SizeOf(firstSequence) + _entries.Length;
}
