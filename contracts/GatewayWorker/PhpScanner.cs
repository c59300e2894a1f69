using System.Buffers.Text;

namespace Portico.Contracts.GatewayWorker;

/// <summary>The tokens of serialized PHP values: each method takes one from the input and advances, or answers false.</summary>
internal ref struct PhpScanner(ReadOnlySpan<byte> input)
{
    // Longer than any double that serialize() writes.
    private const int LongestDouble = 400;

    private readonly ReadOnlySpan<byte> _input = input;

    /// <summary>Bytes taken so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Left => _input.Length - Position;

    /// <summary>What was taken since <paramref name="start"/>.</summary>
    public readonly ReadOnlySpan<byte> Since(int start) => _input[start..Position];

    /// <summary>The letter of the next value; "N;" is taken whole, of the others the letter and the colon.</summary>
    public bool TryReadType(out byte type)
    {
        type = 0;
        if (Left < 2 || _input[Position + 1] != (_input[Position] == 'N' ? ';' : ':'))
        {
            return false;
        }

        type = _input[Position];
        Position += 2;
        return true;
    }

    /// <summary>An array key.</summary>
    public bool TryReadKey(out PhpKey key)
    {
        key = default;
        if (!TryReadType(out var type))
        {
            return false;
        }

        if (type == 'i' && TryReadInteger(out var integer))
        {
            key = integer;
            return true;
        }

        if (type == 's' && TryReadString(out var text))
        {
            key = new PhpKey(text);
            return true;
        }

        return false;
    }

    /// <summary>1; or 0;</summary>
    public bool TryReadBoolean(out PhpValue value)
    {
        var isOne = Position < _input.Length && _input[Position] == '1';
        value = isOne;
        return (isOne ? TryTake((byte)'1') : TryTake((byte)'0')) && TryTake((byte)';');
    }

    /// <summary>An integer and its semicolon.</summary>
    public bool TryReadInteger(out long value)
    {
        // Utf8Parser takes a leading "+" as PHP does.
        if (!Utf8Parser.TryParse(_input[Position..], out value, out var used))
        {
            return false;
        }

        Position += used;
        return TryTake((byte)';');
    }

    /// <summary>A double and its semicolon.</summary>
    public bool TryReadDouble(out PhpValue value)
    {
        value = default;
        var rest = _input.Slice(Position, Math.Min(Left, LongestDouble));
        var length = rest.IndexOf((byte)';');
        if (length <= 0 || !PhpNumber.TryParseDouble(rest[..length], out var number))
        {
            return false;
        }

        Position += length + 1;
        value = number;
        return true;
    }

    /// <summary>n:"bytes"; of a string or an enum case.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> text) => TryReadQuoted(out text) && TryTake((byte)';');

    /// <summary>n:"Class": of an object.</summary>
    public bool TryReadName() => TryReadQuoted(out _) && TryTake((byte)':');

    /// <summary>n:"Class":n:{bytes} of a class that serializes itself.</summary>
    public bool TryReadCustom()
    {
        if (!TryReadName() || !TryReadCount(':', out var length) || !TryTake((byte)'{') || length > Left)
        {
            return false;
        }

        Position += length;
        return TryTake((byte)'}');
    }

    /// <summary>n:"bytes"</summary>
    public bool TryReadQuoted(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!TryReadCount(':', out var length) || !TryTake((byte)'"') || length > Left)
        {
            return false;
        }

        text = _input.Slice(Position, length);
        Position += length;
        return TryTake((byte)'"');
    }

    /// <summary>A number without sign and what ends it.</summary>
    public bool TryReadCount(char end, out int count)
    {
        var rest = _input[Position..];
        if (rest.IsEmpty || !char.IsAsciiDigit((char)rest[0]) || !Utf8Parser.TryParse(rest, out count, out var used))
        {
            count = 0;
            return false;
        }

        Position += used;
        return TryTake((byte)end);
    }

    /// <summary>One byte that must be there.</summary>
    public bool TryTake(byte expected)
    {
        if (Position >= _input.Length || _input[Position] != expected)
        {
            return false;
        }

        Position++;
        return true;
    }
}
