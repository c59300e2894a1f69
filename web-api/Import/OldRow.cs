using System.Globalization;
using System.Text;

namespace Portico.WebApi.Import;

/// <summary>A row of an old table by column names. Anything may stand in any of them.</summary>
internal sealed class OldRow(IReadOnlyDictionary<string, int> columns, object?[] values)
{
    /// <summary>The column as text; nothing where it is NULL.</summary>
    public string Text(string name) => values[columns[name]] switch
    {
        null or DBNull => "",
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>The column as a whole number; 0 where it is none, or too large for one.</summary>
    public long Number(string name) => values[columns[name]] switch
    {
        long number => number,
        int number => number,
        null or DBNull => 0,
        _ => long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0,
    };
}
