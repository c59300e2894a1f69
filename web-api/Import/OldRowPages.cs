using System.Data.Common;
using System.Globalization;
using Dapper;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>Reads an old table in pages, in the order of its ids.</summary>
internal sealed class OldRowPages(ISqlDialect dialect, OldTable table, string name)
{
    /// <summary>Rows of a page, which is one transaction: some tens of milliseconds in which sends wait.</summary>
    public const int Length = 2000;

    // By ids alone a page of long texts could be very large.
    private const long Bytes = 8 << 20;

    // Seconds, for a table that is locked, or a database that has much else to do.
    private const int Patience = 600;

    private readonly Dictionary<string, int> _places = [];
    private long _after = long.MinValue;
    private string? _columns;

    /// <summary>Looks what columns there are; comes first.</summary>
    /// <exception cref="OldTableException">One is missing that the rows cannot be read without.</exception>
    public async Task OpenAsync()
    {
        await using var connection = await dialect.OpenAsync();
        _columns = await FindColumnsAsync(connection);
    }

    /// <summary>The next rows; none at the end.</summary>
    public async Task<List<OldRow>> NextAsync()
    {
        var rows = await ReadAsync(string.Create(CultureInfo.InvariantCulture, $"id > {_after} AND id <= {long.MaxValue} ORDER BY id LIMIT {Length}"), Bytes);
        _after = rows.Count > 0 ? rows[^1].Number("id") : _after;
        return rows;
    }

    /// <summary>Rows by their ids.</summary>
    public Task<List<OldRow>> FindAsync(IEnumerable<long> ids) => ReadAsync($"id IN ({string.Join(',', ids)})", long.MaxValue);

    private async Task<List<OldRow>> ReadAsync(string condition, long mostBytes)
    {
        await using var connection = await dialect.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {_columns} FROM {name} WHERE {condition}";
        command.CommandTimeout = Patience;
        await using var reader = await command.ExecuteReaderAsync();
        var (rows, bytes) = (new List<OldRow>(), 0L);
        while (bytes < mostBytes && await reader.ReadAsync())
        {
            var values = new object?[reader.FieldCount];
            reader.GetValues(values!);
            bytes += values.Sum(value => value is string text ? text.Length : 8L);
            rows.Add(new OldRow(_places, values));
        }

        return rows;
    }

    /// <summary>Rows that no page shows: without an id, or with one past the largest number there is.</summary>
    public async Task<long> CountUnreachableAsync()
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.ExecuteScalarAsync<long>(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT (SELECT COUNT(*) FROM {name} WHERE id IS NULL) + (SELECT COUNT(*) FROM {name} WHERE id > {long.MaxValue})"), commandTimeout: Patience);
    }

    // Old tables have what years have added to them, in any order and any case; what is missing reads as NULL.
    private async Task<string> FindColumnsAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {name} WHERE 1 = 0";
        await using var reader = await command.ExecuteReaderAsync();
        var there = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing = table.Columns.Where(column => column.IsNeeded && !there.Contains(column.Name)).Select(column => column.Name).ToList();
        if (missing.Count > 0)
        {
            throw new OldTableException($"{table.Name} has no column {string.Join(", ", missing)}: nothing of it was imported.");
        }

        foreach (var (column, _) in table.Columns)
        {
            _places.Add(column, _places.Count);
        }

        // A date as text: a driver's DateTime cannot hold MySQL's 0000-00-00.
        return string.Join(", ", table.Columns.Select(column =>
            !there.Contains(column.Name) ? "NULL" : column.Name == "creat_time" ? "CAST(creat_time AS CHAR(19))" : column.Name));
    }
}
