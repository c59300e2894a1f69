namespace Portico.Contracts.Link;

/// <summary>
/// Reads one WorkerMessage without an object: take the acknowledgement, the parts, then the commands. Fields may stand in any order,
/// unknown ones are passed over. When an enumeration ends with <see cref="Malformed"/> set, the peer is broken and the link has to end.
/// </summary>
public ref struct WorkerMessageReader
{
    private readonly byte _partsTag;
    private readonly byte _commandsTag;
    private WireReader _parts;
    private WireReader _commands;
    private WireReader _ranges;
    private bool _badContent;

    private WorkerMessageReader(ReadOnlySpan<byte> message, byte partsTag, byte commandsTag)
    {
        _partsTag = partsTag;
        _commandsTag = commandsTag;
        _parts = new WireReader(message);
        _commands = new WireReader(message);
    }

    /// <summary>The stream's first message: an encoded AttachRequest follows.</summary>
    public bool HasAttach { get; private set; }

    /// <summary>The encoded AttachRequest.</summary>
    public ReadOnlySpan<byte> Attach { get; private set; }

    /// <summary>Something is acknowledged.</summary>
    public bool HasAck { get; private set; }

    /// <summary>All events up to this sequence are done with; see <see cref="TryNextRange"/> for those above.</summary>
    public ulong AckThrough { get; private set; }

    /// <summary>The worker wants no more events.</summary>
    public bool Leaving { get; private set; }

    /// <summary>The probe that is answered; 0 for none.</summary>
    public ulong Probed { get; private set; }

    /// <summary>Something in the message was not what it should be.</summary>
    public readonly bool Malformed => _badContent || _parts.Malformed || _commands.Malformed || _ranges.Malformed;

    /// <summary>Looks over the outer fields of a WorkerMessage; false when the bytes are not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out WorkerMessageReader reader)
    {
        reader = new WorkerMessageReader(message, LinkTags.WorkerParts, LinkTags.WorkerCommands);
        var outer = new WireReader(message);
        while (outer.TryTag(out var tag))
        {
            switch (tag)
            {
                case LinkTags.WorkerAttach:
                    reader.Attach = outer.Bytes();
                    reader.HasAttach = true;
                    break;
                case LinkTags.WorkerAck:
                    reader.LookOverAck(outer.Bytes());
                    break;
                case LinkTags.WorkerLeaving:
                    reader.Leaving = outer.Flag();
                    break;
                case LinkTags.WorkerProbed:
                    reader.Probed = outer.Number();
                    break;
                default:
                    outer.Skip(tag);
                    break;
            }
        }

        reader._badContent |= outer.Malformed;
        return !reader.Malformed;
    }

    /// <summary>The same for an ExecuteRequest, which has parts and commands only.</summary>
    public static bool TryReadExecute(ReadOnlySpan<byte> message, out WorkerMessageReader reader)
    {
        reader = new WorkerMessageReader(message, LinkTags.ExecuteParts, LinkTags.ExecuteCommands);
        var outer = new WireReader(message);
        while (outer.TryTag(out var tag))
        {
            outer.Skip(tag);
        }

        reader._badContent |= outer.Malformed;
        return !reader.Malformed;
    }

    /// <summary>The next acknowledged range.</summary>
    public bool TryNextRange(out ulong first, out ulong last)
    {
        first = 0;
        last = 0;
        while (_ranges.TryTag(out var tag))
        {
            if (tag != LinkTags.AckRanges)
            {
                _ranges.Skip(tag);
                continue;
            }

            var range = new WireReader(_ranges.Bytes());
            while (range.TryTag(out var field))
            {
                switch (field)
                {
                    case LinkTags.RangeFirst:
                        first = range.Number();
                        break;
                    case LinkTags.RangeLast:
                        last = range.Number();
                        break;
                    default:
                        range.Skip(field);
                        break;
                }
            }

            _badContent |= range.Malformed;
            return !range.Malformed && !_ranges.Malformed;
        }

        return false;
    }

    /// <summary>The next piece of a large body.</summary>
    public bool TryNextPart(out ulong id, out ReadOnlySpan<byte> data) => BodyParts.TryNext(ref _parts, _partsTag, ref _badContent, out id, out data);

    /// <summary>The next command.</summary>
    public bool TryNextCommand(out CommandFields fields)
    {
        while (_commands.TryTag(out var tag))
        {
            if (tag != _commandsTag)
            {
                _commands.Skip(tag);
                continue;
            }

            var read = CommandFields.TryRead(_commands.Bytes(), out fields);
            _badContent |= !read;
            return read;
        }

        fields = default;
        return false;
    }

    // One acknowledgement a message: of several the last counts.
    private void LookOverAck(ReadOnlySpan<byte> ack)
    {
        HasAck = true;
        _ranges = new WireReader(ack);
        var reader = new WireReader(ack);
        while (reader.TryTag(out var tag))
        {
            if (tag == LinkTags.AckThrough)
            {
                AckThrough = reader.Number();
            }
            else
            {
                reader.Skip(tag);
            }
        }

        _badContent |= reader.Malformed;
    }
}
