using System.Buffers;
using System.Buffers.Text;

namespace Portico.Contracts.GatewayWorker;

/// <summary>Writes serialize()'s forms N, b, i, d, s and a, piece by piece, so that answers need no value tree.</summary>
public static class PhpWriter
{
    // "i:" or "s:", twenty characters of number, punctuation.
    private const int LongestNumber = 40;

    /// <summary>Writes a whole value; objects go out as the bytes they came in.</summary>
    public static void Write(IBufferWriter<byte> destination, PhpValue value)
    {
        switch (value.Kind)
        {
            case PhpKind.Boolean:
                _ = value.TryGetBoolean(out var flag);
                destination.Write(flag ? "b:1;"u8 : "b:0;"u8);
                break;
            case PhpKind.Integer:
                _ = value.TryGetInt64(out var integer);
                WriteInteger(destination, integer);
                break;
            case PhpKind.Double:
                _ = value.TryGetDouble(out var number);
                WriteDouble(destination, number);
                break;
            case PhpKind.String:
                WriteString(destination, value.AsBytes());
                break;
            case PhpKind.Array:
                WriteArray(destination, value.AsArray()!);
                break;
            case PhpKind.Raw:
                destination.Write(value.AsBytes());
                break;
            default:
                destination.Write(PhpSerialize.Null);
                break;
        }
    }

    /// <summary>Writes "i:…;".</summary>
    public static void WriteInteger(IBufferWriter<byte> destination, long value) => WriteNumber(destination, (byte)'i', value, ";"u8);

    /// <summary>Writes "d:…;".</summary>
    public static void WriteDouble(IBufferWriter<byte> destination, double value)
    {
        var span = destination.GetSpan(LongestNumber);
        "d:"u8.CopyTo(span);
        var length = 2 + PhpNumber.FormatDouble(value, 'E', span[2..]);
        span[length++] = (byte)';';
        destination.Advance(length);
    }

    /// <summary>Writes "s:n:"…";".</summary>
    public static void WriteString(IBufferWriter<byte> destination, ReadOnlySpan<byte> bytes)
    {
        WriteNumber(destination, (byte)'s', bytes.Length, ":\""u8);
        destination.Write(bytes);
        destination.Write("\";"u8);
    }

    /// <summary>Writes a key: an integer when the bytes look like one (protocol 2.10), else a string.</summary>
    public static void WriteKey(IBufferWriter<byte> destination, ReadOnlySpan<byte> text)
    {
        if (PhpKey.TryNormalise(text, out var integer))
        {
            WriteInteger(destination, integer);
        }
        else
        {
            WriteString(destination, text);
        }
    }

    /// <summary>Writes a key.</summary>
    public static void WriteKey(IBufferWriter<byte> destination, PhpKey key)
    {
        if (key.IsInteger)
        {
            WriteInteger(destination, key.Integer);
        }
        else
        {
            WriteString(destination, key.Text);
        }
    }

    /// <summary>Writes "a:count:{"; as many keys and values follow, then <see cref="WriteArrayEnd"/>.</summary>
    public static void WriteArrayStart(IBufferWriter<byte> destination, int count) => WriteNumber(destination, (byte)'a', count, ":{"u8);

    /// <summary>Writes "}".</summary>
    public static void WriteArrayEnd(IBufferWriter<byte> destination) => destination.Write("}"u8);

    private static void WriteArray(IBufferWriter<byte> destination, PhpArray array)
    {
        WriteArrayStart(destination, array.Count);
        foreach (var (key, value) in array)
        {
            WriteKey(destination, key);
            Write(destination, value);
        }

        WriteArrayEnd(destination);
    }

    private static void WriteNumber(IBufferWriter<byte> destination, byte type, long value, ReadOnlySpan<byte> end)
    {
        var span = destination.GetSpan(LongestNumber);
        span[0] = type;
        span[1] = (byte)':';
        _ = Utf8Formatter.TryFormat(value, span[2..], out var written);
        end.CopyTo(span[(2 + written)..]);
        destination.Advance(2 + written + end.Length);
    }
}
