using System.Globalization;
using System.Text;
using Dapper;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>Finds the messages of the log that came from an old table, right or wrong.</summary>
internal sealed class StoredRows(ISqlDialect dialect, string prefix)
{
    // SQLite takes some thousand parameters, and expressions up to 1,000 levels deep.
    private const int RowsOfStatement = 100;

    // Seconds: a database that has much else to do makes a repair slow, it does not end it.
    private const int Patience = 600;

    /// <summary>All messages of the rows, whoever they stand there as sent by.</summary>
    public async Task<List<StoredRow>> FindAsync(List<BulkRow> rows)
    {
        var found = new List<StoredRow>();
        await using var connection = await dialect.OpenAsync();
        foreach (var part in rows.Chunk(RowsOfStatement))
        {
            var (any, parameters) = (new StringBuilder(), new DynamicParameters());
            for (var i = 0; i < part.Length; i++)
            {
                // Earlier versions took a merchant's bare number for his name.
                var bare = part[i].Conversation.MemberB is { Length: > 2 } member ? member[2..] : part[i].Conversation.MemberB;
                any.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? " OR " : "")}(m.idem_key = @k{i} AND m.sender IN (@a{i}, @b{i}, @c{i}))");
                parameters.Add($"k{i}", part[i].Key);
                parameters.Add($"a{i}", part[i].Sender);
                parameters.Add($"b{i}", part[i].OtherSender);
                parameters.Add($"c{i}", bare);
            }

            found.AddRange(await connection.QueryAsync<StoredRow>(
                $"SELECT {StoredRow.Columns} FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE {any} ORDER BY m.conversation_id, m.seq",
                parameters, commandTimeout: Patience));
        }

        return found;
    }

    /// <summary>The keys of a conversation's messages that came from the table.</summary>
    public async Task<IEnumerable<string>> ListKeysAsync(long conversation)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.QueryAsync<string>(
            "SELECT idem_key FROM messages WHERE conversation_id = @conversation AND idem_key LIKE @pattern",
            new { conversation, pattern = prefix + "%" }, commandTimeout: Patience);
    }
}
