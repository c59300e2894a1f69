namespace Portico.Contracts.GatewayWorker;

/// <summary>
/// Reads one serialized value without recursion, so that depth costs heap within limits and never the stack. References to
/// values are spelled out as copies (counted against the size limit); objects stay bytes.
/// </summary>
internal ref struct PhpReader
{
    // The shortest entry is a key "i:0;" and a value "N;".
    private const int ShortestEntry = 6;

    private readonly PhpLimits _limits;
    private readonly List<PhpSlot>? _slots;
    private readonly Stack<PhpFrame> _open = new();
    private PhpScanner _scanner;
    private int _elements;
    private long _copied;

    // Levels of arrays in the value read last; references may nest deeper than the text does.
    private int _height;
    private PhpSlot _referred;

    public PhpReader(ReadOnlySpan<byte> input, PhpLimits limits)
    {
        _scanner = new PhpScanner(input);
        _limits = limits;

        // Slot numbers are only needed where something refers to one.
        if (input.IndexOf("R:"u8) >= 0 || input.IndexOf("r:"u8) >= 0)
        {
            _slots = [];
        }
    }

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _scanner.Position;

    /// <summary>Reads the value at the start of the input.</summary>
    public bool TryRead(out PhpValue value)
    {
        PhpFrame? frame = null;
        while (true)
        {
            if (!TryReadOne(frame?.InObject ?? false, out value, out var opened))
            {
                return false;
            }

            if (opened is not null)
            {
                frame = opened;
                _open.Push(opened);
            }
            else if (frame is null)
            {
                return true;
            }
            else
            {
                frame.Set(value, _height);
            }

            while (frame.Remaining == 0)
            {
                if (!_scanner.TryTake((byte)'}'))
                {
                    return false;
                }

                value = Finish(_open.Pop());
                if (!_open.TryPeek(out frame))
                {
                    return true;
                }

                frame.Set(value, _height);
            }

            if (!_scanner.TryReadKey(out frame.Key))
            {
                return false;
            }
        }
    }

    private bool TryReadOne(bool inObject, out PhpValue value, out PhpFrame? opened)
    {
        value = default;
        opened = null;
        var start = Position;
        _height = 0;
        if (start + _copied > _limits.MaxBytes || !_scanner.TryReadType(out var type))
        {
            return false;
        }

        return type switch
        {
            (byte)'N' => Remember(value, start),
            (byte)'b' => _scanner.TryReadBoolean(out value) && Remember(value, start),
            (byte)'i' => _scanner.TryReadInteger(out var integer) && Hold(integer, out value) && Remember(value, start),
            (byte)'d' => _scanner.TryReadDouble(out value) && Remember(value, start),
            (byte)'s' => _scanner.TryReadString(out var text) && Hold(text, inObject, out value) && Remember(value, start),
            (byte)'a' => TryOpen(start, inObject, isObject: false, out opened),
            (byte)'O' => _scanner.TryReadName() && TryOpen(start, inObject, isObject: true, out opened),
            (byte)'C' => _scanner.TryReadCustom() && HoldRaw(start, inObject, out value) && Remember(value, start),
            (byte)'E' => _scanner.TryReadString(out _) && HoldRaw(start, inObject, out value) && Remember(value, start),
            (byte)'R' => TryResolve(out value),
            (byte)'r' => TryResolve(out value) && RememberAgain(),
            _ => false,
        };
    }

    private static bool Hold(long integer, out PhpValue value)
    {
        value = integer;
        return true;
    }

    // Inside an object nothing is looked at again, so nothing is copied.
    private static bool Hold(ReadOnlySpan<byte> text, bool inObject, out PhpValue value)
    {
        value = inObject ? default : PhpValue.FromBytes(text);
        return true;
    }

    private readonly bool HoldRaw(int start, bool inObject, out PhpValue value)
    {
        value = inObject ? default : PhpValue.FromRaw(_scanner.Since(start));
        return true;
    }

    private readonly bool Remember(PhpValue value, int start)
    {
        _slots?.Add(new PhpSlot(value, Position - start, 0));
        return true;
    }

    private bool TryOpen(int start, bool inObject, bool isObject, out PhpFrame? opened)
    {
        opened = null;
        if (!_scanner.TryReadCount(':', out var count) || !_scanner.TryTake((byte)'{')
            || count > _scanner.Left / ShortestEntry
            || (_elements += count) > _limits.MaxElements
            || _open.Count >= _limits.MaxDepth)
        {
            return false;
        }

        opened = new PhpFrame(inObject || isObject ? null : new PhpArray(), count, start, _copied, _slots?.Count ?? 0)
        {
            IsObject = isObject,
            InObject = inObject || isObject,
        };
        _slots?.Add(PhpSlot.Unfinished);
        return true;
    }

    private PhpValue Finish(PhpFrame frame)
    {
        PhpValue value;
        _height = frame.Height + 1;
        if (frame.IsObject)
        {
            var nested = _open.TryPeek(out var parent) && parent.InObject;
            value = nested ? default : PhpValue.FromRaw(_scanner.Since(frame.Start));
        }
        else
        {
            value = frame.Array;
        }

        if (_slots is not null)
        {
            _slots[frame.Slot] = new PhpSlot(value, Position - frame.Start + _copied - frame.Copied, _height);
        }

        return value;
    }

    /// <summary>
    /// A reference becomes a copy of what it names; null where that is not finished (a cycle) or lies inside an object.
    /// A thousand references to one long string must not grow without bound, so copies count as bytes.
    /// </summary>
    private bool TryResolve(out PhpValue value)
    {
        value = default;
        if (_slots is null || !_scanner.TryReadCount(';', out var number) || number < 1 || number > _slots.Count)
        {
            return false;
        }

        _referred = _slots[number - 1];
        _copied += _referred.Weight;
        _height = _referred.Height;
        value = _referred.Value;
        return Position + _copied <= _limits.MaxBytes && _open.Count + _height <= _limits.MaxDepth;
    }

    // "r" takes a number of its own, and weighs what it names.
    private readonly bool RememberAgain()
    {
        _slots!.Add(_referred);
        return true;
    }
}
