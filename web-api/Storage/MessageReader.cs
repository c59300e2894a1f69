using System.Data.Common;
using System.Globalization;

namespace Portico.WebApi.Storage;

/// <summary>
/// Reads messages to the end of a statement: a reader that is left early makes a driver end the query on a second connection, or fetch what nobody wants.
/// So that many long texts are never in memory or on the wire at once, a statement brings the short ones only; the long ones for which there is room
/// come with a second.
/// </summary>
internal static class MessageReader
{
    // A text up to this size always comes with the first statement: a second one costs more.
    private const long AlwaysInline = 1024;

    private const string Size = "(OCTET_LENGTH(m.content) + COALESCE(OCTET_LENGTH(m.parts), 0) + COALESCE(OCTET_LENGTH(m.html), 0))";

    private const string Columns =
        $"""
        SELECT m.id, m.conversation_id, m.seq, m.from_a, m.sender, m.type, m.receiver_online, m.sent_at_ms, m.recalled_at_ms, m.idem_key, {Size},
            CASE WHEN {Size} <= @inline THEN m.content END, CASE WHEN {Size} <= @inline THEN m.parts END, CASE WHEN {Size} <= @inline THEN m.html END
        FROM messages m
        """;

    /// <summary>
    /// Runs <c>SELECT … FROM messages m</c> with the given rest and returns the messages that <paramref name="budget"/> takes, in their order.
    /// </summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="rest">What follows the table: WHERE, ORDER BY, LIMIT.</param>
    /// <param name="parameters">Numbers that the rest names, without the @.</param>
    /// <param name="rows">How many rows the statement yields at most.</param>
    /// <param name="budget">Decides which of the rows are wanted, by what they hold.</param>
    public static async Task<List<MessageRow>> ReadAsync(
        DbConnection connection, string rest, IReadOnlyList<(string Name, long Value)> parameters, int rows, PageBudget budget)
    {
        var messages = new List<MessageRow>(Math.Min(rows, 512));
        var inline = Math.Max(AlwaysInline, budget.Bytes / Math.Max(1, rows));
        List<MessageRow>? pending = null;
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = $"{Columns} {rest}";
            Add(command, "@inline", inline);
            foreach (var (name, value) in parameters)
            {
                Add(command, "@" + name, value);
            }

            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var row = Row(reader);
                if (budget.Takes(row))
                {
                    messages.Add(row);
                    if (row.Bytes > inline)
                    {
                        (pending ??= []).Add(row);
                    }
                }
            }
        }

        if (pending is not null)
        {
            await FillAsync(connection, pending);
            messages.RemoveAll(row => row.IsGone);
        }

        return messages;
    }

    private static MessageRow Row(DbDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        ConversationId = reader.GetInt64(1),
        Seq = reader.GetInt64(2),
        FromA = reader.GetInt64(3) != 0,
        Sender = reader.GetString(4),
        Type = (int)reader.GetInt64(5),
        ReceiverOnline = reader.GetInt64(6) != 0,
        SentAtMs = reader.GetInt64(7),
        RecalledAtMs = Number(reader, 8),
        IdempotencyKey = Text(reader, 9),
        Bytes = reader.GetInt64(10),
        Content = Text(reader, 11) ?? "",
        Parts = Text(reader, 12),
        Html = Text(reader, 13),
    };

    private static async Task FillAsync(DbConnection connection, List<MessageRow> pending)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT id, content, parts, html, recalled_at_ms FROM messages WHERE id IN ({string.Join(',', pending.Select(row => row.Id))})");
        var byId = pending.ToDictionary(row => row.Id);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            // It may have been taken back since the first statement.
            byId.Remove(reader.GetInt64(0), out var row);
            row!.Fill(reader.GetString(1), Text(reader, 2), Text(reader, 3), Number(reader, 4));
        }

        // Retention has removed it meanwhile.
        foreach (var row in byId.Values)
        {
            row.IsGone = true;
        }
    }

    private static long? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static void Add(DbCommand command, string name, long value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
