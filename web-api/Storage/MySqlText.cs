using System.Globalization;
using System.Text;
using MySqlConnector;

namespace Portico.WebApi.Storage;

/// <summary>Pieces of statements with many rows.</summary>
internal static class MySqlText
{
    /// <summary>A row of VALUES. Numbers and NULL stand in the text itself: each parameter costs a look-up by its name.</summary>
    public static string Row(MySqlCommand command, params ReadOnlySpan<object?> values)
    {
        var row = new StringBuilder("(");
        foreach (var value in values)
        {
            row.Append(row.Length > 1 ? "," : "").Append(Value(command, value));
        }

        return row.Append(')').ToString();
    }

    /// <summary>One value.</summary>
    public static string Value(MySqlCommand command, object? value)
    {
        switch (value)
        {
            case null:
                return "NULL";
            case int or long:
                return Convert.ToString(value, CultureInfo.InvariantCulture)!;
            default:
                var name = string.Create(CultureInfo.InvariantCulture, $"@p{command.Parameters.Count}");
                command.Parameters.AddWithValue(name, value);
                return name;
        }
    }
}
