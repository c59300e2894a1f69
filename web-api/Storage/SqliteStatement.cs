using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Portico.WebApi.Storage;

/// <summary>
/// One prepared statement of the writer's connection, called as the library is and not through ADO.NET: that looked up each parameter by
/// its name and cost as much as the statement itself.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int OnStack = 1024;
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _bound;

    public SqliteStatement(sqlite3 database, string text)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, text, out _statement));
    }

    /// <summary>Gives the next parameter a number.</summary>
    public void Bind(long value) => Check(raw.sqlite3_bind_int64(_statement, ++_bound, value));

    /// <summary>Gives the next parameter a number, or null.</summary>
    public void Bind(long? value) =>
        Check(value is { } number ? raw.sqlite3_bind_int64(_statement, ++_bound, number) : raw.sqlite3_bind_null(_statement, ++_bound));

    /// <summary>Gives the next parameter a text, or null.</summary>
    public void Bind(string? value)
    {
        if (value is null)
        {
            Check(raw.sqlite3_bind_null(_statement, ++_bound));
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        var bytes = most <= OnStack ? stackalloc byte[OnStack] : new byte[most];
        Check(raw.sqlite3_bind_text(_statement, ++_bound, bytes[..Encoding.UTF8.GetBytes(value, bytes)]));
    }

    /// <summary>Gives the next parameter some bytes, or null.</summary>
    public void Bind(byte[]? value) => Check(value is null ? raw.sqlite3_bind_null(_statement, ++_bound) : raw.sqlite3_bind_blob(_statement, ++_bound, value));

    /// <summary>The next row; false when there is none, and then the statement is ready for the next use.</summary>
    public bool Read()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        Reset();
        return code == raw.SQLITE_DONE ? false : throw Fault(code);
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    public void Run() => _ = Read();

    /// <summary>Ends the reading before the last row.</summary>
    public void Reset()
    {
        _bound = 0;

        // Its code repeats that of the step.
        _ = raw.sqlite3_reset(_statement);
    }

    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    public byte[]? Bytes(int column) =>
        raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_blob(_statement, column).ToArray();

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Fault(code);
        }
    }

    private SqliteException Fault(int code) => new(raw.sqlite3_errmsg(_database).utf8_to_string(), code & 0xff, raw.sqlite3_extended_errcode(_database));
}
