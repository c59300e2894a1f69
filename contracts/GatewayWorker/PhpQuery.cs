using System.Text;

namespace Portico.Contracts.GatewayWorker;

/// <summary>Query strings as parse_str() reads them: "b[]=2&amp;e[k]=v" nests, dots and spaces in names become "_".</summary>
public static class PhpQuery
{
    // PHP's max_input_vars and max_input_nesting_level.
    private const int MaxVariables = 1000;
    private const int MaxNesting = 64;

    /// <summary>Reads a query string without its "?".</summary>
    public static PhpArray Parse(ReadOnlySpan<byte> query)
    {
        var result = new PhpArray();
        var variables = 0;
        foreach (var part in query.Split((byte)'&'))
        {
            var piece = query[part];
            if (piece.IsEmpty)
            {
                continue;
            }

            if (++variables > MaxVariables)
            {
                break;
            }

            var equals = piece.IndexOf((byte)'=');
            var name = Decode(equals < 0 ? piece : piece[..equals]);
            var value = equals < 0 ? [] : Decode(piece[(equals + 1)..]);
            Register(result, name, PhpValue.FromOwnedBytes(value));
        }

        return result;
    }

    private static void Register(PhpArray result, Span<byte> name, PhpValue value)
    {
        name = name.TrimStart((byte)' ');
        var end = name.IndexOf((byte)0);
        name = end < 0 ? name : name[..end];
        var bracket = name.IndexOf((byte)'[');
        var stem = bracket < 0 ? name : name[..bracket];
        stem.ReplaceAny(" .", '_');
        if (stem.IsEmpty)
        {
            return;
        }

        var keys = new List<PhpKey?>();
        if (bracket >= 0 && !TryReadIndexes(name, bracket, keys))
        {
            return;
        }

        // An opening bracket that nothing closes is part of the name.
        if (bracket >= 0 && keys.Count == 0)
        {
            name[bracket] = (byte)'_';
            name[bracket..].ReplaceAny(" .[", '_');
            stem = name;
        }

        Place(result, new PhpKey(stem), keys, value);
    }

    /// <summary>The indexes "[a][b][]"; null is "the next one". False past the deepest nesting.</summary>
    private static bool TryReadIndexes(ReadOnlySpan<byte> name, int bracket, List<PhpKey?> keys)
    {
        while (bracket < name.Length && name[bracket] == '[')
        {
            var rest = name[(bracket + 1)..];
            var close = rest.IndexOf((byte)']');
            if (close < 0)
            {
                return true;
            }

            if (keys.Count == MaxNesting)
            {
                return false;
            }

            var index = rest[..close];
            var blank = index.IsEmpty || (index.Length == 1 && index[0] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 11 or 12);
            keys.Add(blank ? default(PhpKey?) : new PhpKey(index));
            bracket += close + 2;
        }

        return true;
    }

    private static void Place(PhpArray target, PhpKey name, List<PhpKey?> keys, PhpValue value)
    {
        PhpKey? key = name;
        foreach (var next in keys)
        {
            var inner = key is { } known && target[known].AsArray() is { } existing ? existing : null;
            if (inner is null)
            {
                inner = [];
                Set(target, key, inner);
            }

            target = inner;
            key = next;
        }

        Set(target, key, value);
    }

    private static void Set(PhpArray target, PhpKey? key, PhpValue value)
    {
        if (key is { } known)
        {
            target[known] = value;
        }
        else
        {
            target.Add(value);
        }
    }

    private static byte[] Decode(ReadOnlySpan<byte> text)
    {
        var decoded = new byte[text.Length];
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '%' && text.Length - at > 2 && char.IsAsciiHexDigit((char)text[at + 1]) && char.IsAsciiHexDigit((char)text[at + 2]))
            {
                decoded[length++] = Convert.FromHexString(Encoding.ASCII.GetString(text.Slice(at + 1, 2)))[0];
                at += 2;
            }
            else
            {
                decoded[length++] = text[at] == '+' ? (byte)' ' : text[at];
            }
        }

        return decoded.AsSpan(0, length).ToArray();
    }

    private static void ReplaceAny(this Span<byte> text, string characters, char replacement)
    {
        foreach (ref var character in text)
        {
            if (characters.Contains((char)character, StringComparison.Ordinal))
            {
                character = (byte)replacement;
            }
        }
    }
}
