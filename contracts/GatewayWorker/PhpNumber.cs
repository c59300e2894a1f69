using System.Buffers.Text;
using System.Globalization;

namespace Portico.Contracts.GatewayWorker;

/// <summary>How PHP spells doubles (shortest round trip, exponent form outside 1e-4 to 1e17) and reads them.</summary>
internal static class PhpNumber
{
    // -d.dddddddddddddddd (17 digits) with E-324, or 0.0001 in front of 17 digits.
    public const int MaxDoubleLength = 32;

    // Past this many digits before the point, PHP turns to the exponent form.
    private const int StandardDigits = 17;

    /// <summary>Writes a double as serialize() does ('E') or json_encode() ('e'); the length written.</summary>
    public static int FormatDouble(double value, char exponent, Span<byte> destination)
    {
        if (!double.IsFinite(value))
        {
            var name = double.IsNaN(value) ? "NAN"u8 : value > 0 ? "INF"u8 : "-INF"u8;
            name.CopyTo(destination);
            return name.Length;
        }

        Span<byte> digits = stackalloc byte[StandardDigits + 1];
        var count = Digits(value, digits, out var negative, out var point);
        var length = 0;
        if (negative)
        {
            destination[length++] = (byte)'-';
        }

        var shown = digits[..count];
        var form = point < -3 || point > StandardDigits ? Form.Exponent : point <= 0 ? Form.Fraction : Form.Standard;
        return length + Spell(form, shown, point, exponent, destination[length..]);
    }

    /// <summary>Reads what serialize() writes for a double: a decimal number, INF, -INF or NAN.</summary>
    public static bool TryParseDouble(ReadOnlySpan<byte> text, out double value)
    {
        value = text switch
        {
            _ when text.SequenceEqual("INF"u8) => double.PositiveInfinity,
            _ when text.SequenceEqual("-INF"u8) => double.NegativeInfinity,
            _ => double.NaN,
        };
        if (double.IsInfinity(value) || text.SequenceEqual("NAN"u8))
        {
            return true;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return text.IndexOfAnyExceptInRange((byte)'+', (byte)'e') < 0
            && double.TryParse(text, Style, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    /// <summary>The shortest digits that read back as the value, and where the point stands: value = 0.digits × 10^point.</summary>
    private static int Digits(double value, Span<byte> digits, out bool negative, out int point)
    {
        Span<byte> text = stackalloc byte[MaxDoubleLength];
        negative = double.IsNegative(value);
        _ = Math.Abs(value).TryFormat(text, out var written, "R", CultureInfo.InvariantCulture);
        text = text[..written];
        var exponent = 0;
        var mark = text.IndexOf((byte)'E');
        if (mark >= 0)
        {
            _ = int.TryParse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent);
            text = text[..mark];
        }

        var dot = text.IndexOf((byte)'.');
        point = (dot < 0 ? text.Length : dot) + exponent;
        var count = 0;
        foreach (var character in text)
        {
            if (character == '.')
            {
                continue;
            }

            if (count == 0 && character == '0')
            {
                point--;
                continue;
            }

            if (count < digits.Length)
            {
                digits[count++] = character;
            }
        }

        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
        }

        if (count == 0)
        {
            digits[count++] = (byte)'0';
            point = 1;
        }

        return count;
    }

    private static int Spell(Form form, ReadOnlySpan<byte> digits, int point, char exponent, Span<byte> destination)
    {
        var length = 0;
        switch (form)
        {
            case Form.Exponent:
                destination[length++] = digits[0];
                destination[length++] = (byte)'.';
                var rest = digits.Length > 1 ? digits[1..] : "0"u8;
                rest.CopyTo(destination[length..]);
                length += rest.Length;
                destination[length++] = (byte)exponent;
                destination[length++] = (byte)(point - 1 < 0 ? '-' : '+');
                _ = Utf8Formatter.TryFormat(Math.Abs(point - 1), destination[length..], out var written);
                return length + written;
            case Form.Fraction:
                "0."u8.CopyTo(destination);
                length = 2 - point;
                destination[2..length].Fill((byte)'0');
                digits.CopyTo(destination[length..]);
                return length + digits.Length;
            default:
                var whole = Math.Min(point, digits.Length);
                digits[..whole].CopyTo(destination);
                destination[whole..point].Fill((byte)'0');
                if (digits.Length <= point)
                {
                    return point;
                }

                destination[point] = (byte)'.';
                digits[point..].CopyTo(destination[(point + 1)..]);
                return digits.Length + 1;
        }
    }

    private enum Form
    {
        Standard,
        Fraction,
        Exponent,
    }
}
