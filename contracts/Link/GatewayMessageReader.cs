namespace Portico.Contracts.Link;

/// <summary>
/// Reads one GatewayMessage without an object: take the parts, then the events, then the results. Fields may stand in any order, unknown
/// ones are passed over. When an enumeration ends with <see cref="Malformed"/> set, the peer is broken and the link has to end.
/// </summary>
public ref struct GatewayMessageReader
{
    private WireReader _parts;
    private WireReader _batches;
    private WireReader _events;
    private WireReader _results;
    private bool _badContent;

    private GatewayMessageReader(ReadOnlySpan<byte> message)
    {
        _parts = new WireReader(message);
        _batches = new WireReader(message);
        _results = new WireReader(message);
    }

    /// <summary>The stream's first message: an encoded Attached follows.</summary>
    public bool HasAttached { get; private set; }

    /// <summary>The encoded Attached.</summary>
    public ReadOnlySpan<byte> Attached { get; private set; }

    /// <summary>Sequence of the first event.</summary>
    public ulong FirstSequence { get; private set; }

    /// <summary>Events in the message.</summary>
    public int EventCount { get; private set; }

    /// <summary>The probe to be answered after everything else; 0 for none.</summary>
    public ulong Probe { get; private set; }

    /// <summary>Something in the message was not what it should be.</summary>
    public readonly bool Malformed => _badContent || _parts.Malformed || _batches.Malformed || _events.Malformed || _results.Malformed;

    /// <summary>Looks over the outer fields; false when the bytes are not a message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out GatewayMessageReader reader)
    {
        reader = new GatewayMessageReader(message);
        var outer = new WireReader(message);
        while (outer.TryTag(out var tag))
        {
            switch (tag)
            {
                case LinkTags.GatewayAttached:
                    reader.Attached = outer.Bytes();
                    reader.HasAttached = true;
                    break;
                case LinkTags.GatewayEvents:
                    reader.LookOverBatch(outer.Bytes());
                    break;
                case LinkTags.GatewayProbe:
                    reader.Probe = outer.Number();
                    break;
                default:
                    outer.Skip(tag);
                    break;
            }
        }

        reader._badContent |= outer.Malformed;
        return !reader.Malformed;
    }

    /// <summary>The next piece of a large body.</summary>
    public bool TryNextPart(out ulong id, out ReadOnlySpan<byte> data) =>
        BodyParts.TryNext(ref _parts, LinkTags.GatewayParts, ref _badContent, out id, out data);

    /// <summary>The next event; the sequence of the first is <see cref="FirstSequence"/>, each further one's is one higher.</summary>
    public bool TryNextEvent(out EventView view)
    {
        while (true)
        {
            while (_events.TryTag(out var tag))
            {
                if (tag != LinkTags.BatchEvents)
                {
                    _events.Skip(tag);
                    continue;
                }

                var read = EventView.TryRead(_events.Bytes(), out view);
                _badContent |= !read;
                return read;
            }

            if (_events.Malformed || !TryNextBatch())
            {
                view = default;
                return false;
            }
        }
    }

    /// <summary>The next result.</summary>
    public bool TryNextResult(out ResultView view)
    {
        while (_results.TryTag(out var tag))
        {
            if (tag != LinkTags.GatewayResults)
            {
                _results.Skip(tag);
                continue;
            }

            var read = ResultView.TryRead(_results.Bytes(), out view);
            _badContent |= !read;
            return read;
        }

        view = default;
        return false;
    }

    // A field that is not repeated may still come in pieces (protobuf's rule of merging).
    private bool TryNextBatch()
    {
        while (_batches.TryTag(out var tag))
        {
            if (tag == LinkTags.GatewayEvents)
            {
                _events = new WireReader(_batches.Bytes());
                return !_batches.Malformed;
            }

            _batches.Skip(tag);
        }

        return false;
    }

    private void LookOverBatch(ReadOnlySpan<byte> batch)
    {
        var reader = new WireReader(batch);
        while (reader.TryTag(out var tag))
        {
            if (tag == LinkTags.BatchFirstSequence)
            {
                FirstSequence = reader.Number();
                continue;
            }

            EventCount += tag == LinkTags.BatchEvents ? 1 : 0;
            reader.Skip(tag);
        }

        _badContent |= reader.Malformed;
    }
}
