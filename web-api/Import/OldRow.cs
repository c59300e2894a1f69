using System.Globalization;
using System.Text;

namespace Portico.WebApi.Import;

/// <summary>A row of an old table by column names. Anything may stand in any of them, in whatever type years of changes have given the column.</summary>
internal sealed class OldRow(IReadOnlyDictionary<string, int> columns, object?[] values)
{
    /// <summary>The column as text; nothing where it is NULL.</summary>
    public string Text(string name) => values[columns[name]] switch
    {
        null or DBNull => "",
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        bool flag => flag ? "1" : "0",
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>
    /// The column as a whole number, from every number type, from a text and from bytes that hold digits; 0 where it is none, or too large for one.
    /// </summary>
    public long Number(string name) => TryNumber(name) ?? 0;

    /// <summary>The same, null where it is no whole number.</summary>
    public long? TryNumber(string name)
    {
        var value = values[columns[name]];
        return value switch
        {
            null or DBNull => null,
            bool flag => flag ? 1 : 0,
            // BIT columns: the driver gives a number or its bytes, highest first.
            byte[] { Length: > 0 and <= 8 } bytes when !IsDigits(bytes) => BigEndian(bytes),
            sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            // "2", "2.00", 2.0: what a comparison in SQL takes for 2.
            _ => decimal.TryParse(Text(name).Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue
                ? (long)number
                : null,
        };
    }

    private static bool IsDigits(byte[] bytes) => !bytes.AsSpan().ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static long? BigEndian(byte[] bytes)
    {
        var number = 0UL;
        foreach (var part in bytes)
        {
            number = (number << 8) | part;
        }

        return number <= long.MaxValue ? (long)number : null;
    }
}
