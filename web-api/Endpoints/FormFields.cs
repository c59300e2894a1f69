using System.Text;
using System.Text.Unicode;

namespace Portico.WebApi.Endpoints;

/// <summary>Reads <c>a=1&amp;b[]=2</c>; bytes that are not UTF-8 are refused, not replaced.</summary>
internal static class FormFields
{
    private const int MaxFields = 20_000;

    /// <summary>Adds the fields in their order.</summary>
    public static void Parse(ReadOnlySpan<byte> form, List<KeyValuePair<string, string>> fields)
    {
        while (!form.IsEmpty)
        {
            var end = form.IndexOf((byte)'&');
            var pair = end < 0 ? form : form[..end];
            form = end < 0 ? default : form[(end + 1)..];
            if (pair.IsEmpty)
            {
                continue;
            }

            if (fields.Count >= MaxFields)
            {
                throw RequestException.Field("body", $"holds more than {MaxFields} fields.");
            }

            var equals = pair.IndexOf((byte)'=');
            var name = Decode("body", equals < 0 ? pair : pair[..equals]);
            fields.Add(new(name, equals < 0 ? "" : Decode(name, pair[(equals + 1)..])));
        }
    }

    /// <summary>Bytes as text.</summary>
    public static string Text(string name, ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw RequestException.Field(name, "is not valid UTF-8.");

    private static string Decode(string name, ReadOnlySpan<byte> coded)
    {
        if (coded.IndexOfAny((byte)'%', (byte)'+') < 0)
        {
            return Text(name, coded);
        }

        var bytes = coded.Length <= 1024 ? stackalloc byte[coded.Length] : new byte[coded.Length];
        var written = 0;
        for (var i = 0; i < coded.Length; i++)
        {
            var value = coded[i];
            if (value == '+')
            {
                value = (byte)' ';
            }
            else if (value == '%' && i + 2 < coded.Length && char.IsAsciiHexDigit((char)coded[i + 1]) && char.IsAsciiHexDigit((char)coded[i + 2]))
            {
                value = (byte)((Hex(coded[i + 1]) << 4) | Hex(coded[i + 2]));
                i += 2;
            }

            bytes[written++] = value;
        }

        return Text(name, bytes[..written]);
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
