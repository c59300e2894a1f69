using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Portico.Contracts.GatewayWorker;

/// <summary>
/// PHP values as JSON and back. Writing follows json_encode() with JSON_UNESCAPED_UNICODE, which is how a WebSocket gateway sends
/// a message that is an array; reading follows json_decode() to arrays.
/// </summary>
public static class PhpJson
{
    // json_encode's and json_decode's own default.
    private const int MaxDepth = 512;

    // Class names stand here in PHP too, because a gateway never loads classes.
    private static readonly PhpKey ClassName = "__PHP_Incomplete_Class_Name";

    /// <summary>Writes a value; false, with some of it written, when it nests too deep or holds INF or NAN. Bytes that are not UTF-8 are replaced.</summary>
    public static bool TryEncode(PhpValue value, IBufferWriter<byte> destination) => TryEncode(value, destination, 0);

    /// <summary>Reads JSON: objects become arrays with keys, integers beyond 64 bits doubles. False when it is not JSON or over the limits.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> json, out PhpValue value) =>
        PhpJsonReader.TryRead(json, MaxDepth, PhpLimits.Default.MaxElements, out value);

    private static bool TryEncode(PhpValue value, IBufferWriter<byte> destination, int depth)
    {
        switch (value.Kind)
        {
            case PhpKind.Boolean:
                _ = value.TryGetBoolean(out var flag);
                destination.Write(flag ? "true"u8 : "false"u8);
                return true;
            case PhpKind.Integer:
                _ = value.TryGetInt64(out var integer);
                WriteInteger(destination, integer);
                return true;
            case PhpKind.Double:
                return TryWriteDouble(value, destination);
            case PhpKind.String:
                WriteString(destination, value.AsBytes());
                return true;
            case PhpKind.Array:
                var array = value.AsArray()!;
                return array.IsList ? TryWriteList(array, destination, depth) : TryWriteObject(array, destination, depth);
            case PhpKind.Raw when PhpObject.TryRead(value.AsBytes(), out var name, out var properties):
                return TryWriteObject(Named(name, properties), destination, depth);
            default:
                destination.Write("null"u8);
                return true;
        }
    }

    private static bool TryWriteList(PhpArray list, IBufferWriter<byte> destination, int depth)
    {
        destination.Write("["u8);
        var first = true;
        foreach (var (_, value) in list)
        {
            if (!first)
            {
                destination.Write(","u8);
            }

            first = false;
            if (depth + 1 >= MaxDepth || !TryEncode(value, destination, depth + 1))
            {
                return false;
            }
        }

        destination.Write("]"u8);
        return true;
    }

    private static bool TryWriteObject(PhpArray entries, IBufferWriter<byte> destination, int depth)
    {
        destination.Write("{"u8);
        var first = true;
        foreach (var (key, value) in entries)
        {
            // A name that starts with NUL is that of a private or protected property.
            if (!key.IsInteger && key.Text.StartsWith("\0"u8))
            {
                continue;
            }

            if (!first)
            {
                destination.Write(","u8);
            }

            first = false;
            WriteKey(destination, key);
            if (depth + 1 >= MaxDepth || !TryEncode(value, destination, depth + 1))
            {
                return false;
            }
        }

        destination.Write("}"u8);
        return true;
    }

    private static PhpArray Named(string className, PhpArray properties)
    {
        var named = new PhpArray { { ClassName, className } };
        foreach (var (key, value) in properties)
        {
            named[key] = value;
        }

        return named;
    }

    private static void WriteKey(IBufferWriter<byte> destination, PhpKey key)
    {
        if (key.IsInteger)
        {
            destination.Write("\""u8);
            WriteInteger(destination, key.Integer);
            destination.Write("\""u8);
        }
        else
        {
            WriteString(destination, key.Text);
        }

        destination.Write(":"u8);
    }

    private static void WriteInteger(IBufferWriter<byte> destination, long value)
    {
        _ = Utf8Formatter.TryFormat(value, destination.GetSpan(PhpNumber.MaxDoubleLength), out var written);
        destination.Advance(written);
    }

    private static bool TryWriteDouble(PhpValue value, IBufferWriter<byte> destination)
    {
        _ = value.TryGetDouble(out var number);
        if (!double.IsFinite(number))
        {
            return false;
        }

        destination.Advance(PhpNumber.FormatDouble(number, 'e', destination.GetSpan(PhpNumber.MaxDoubleLength)));
        return true;
    }

    private static void WriteString(IBufferWriter<byte> destination, ReadOnlySpan<byte> text)
    {
        destination.Write("\""u8);
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExcept(PhpJsonEscapes.Unescaped);
            if (plain != 0)
            {
                destination.Write(plain < 0 ? text : text[..plain]);
                text = plain < 0 ? default : text[plain..];
                continue;
            }

            _ = Rune.DecodeFromUtf8(text, out var rune, out var used);
            PhpJsonEscapes.Write(destination, rune);
            text = text[used..];
        }

        destination.Write("\""u8);
    }
}
