using System.Globalization;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>
/// Puts right what an earlier version imported wrongly, by the old table: messages that stand in the log as the other side's or as another type, twice,
/// or in the conversation of a merchant without prefix. A message keeps its place and its id; where one is removed, those behind it move up, since
/// sequences have no holes. Each conversation is one transaction, so a repair can be ended at any moment and run again.
/// </summary>
internal sealed class LogRepair(ISqlDialect dialect, ChatLog log, OldTable table, string name)
{
    private readonly OldRowPages _pages = new(dialect, table, name);
    private readonly StoredRows _stored = new(dialect, table.Prefix);

    /// <summary>Repairs what is in the log of this table; what is missing afterwards is for the import to add.</summary>
    public async Task<(long Repaired, long Removed)> RunAsync()
    {
        await _pages.OpenAsync();
        var (repaired, removed) = (0L, 0L);
        foreach (var conversation in await FindWrongAsync())
        {
            var right = await ReadRightAsync(conversation);
            var done = await log.WriteAsync(
                (connection, transaction) => new ConversationRepair(connection, transaction, dialect, table.Prefix, conversation, right).Run(log.Clock),
                movesSequences: true);
            (repaired, removed) = (repaired + done.Repaired, removed + done.Removed);
        }

        return (repaired, removed);
    }

    private async Task<IReadOnlyCollection<long>> FindWrongAsync()
    {
        var wrong = new SortedSet<long>();
        while (await _pages.NextAsync() is { Count: > 0 } page)
        {
            var rows = page.ConvertAll(row => table.Read(row).Message).OfType<BulkRow>().ToList();
            var right = rows.DistinctBy(row => row.Key).ToDictionary(row => row.Key);
            var found = await _stored.FindAsync(rows);
            foreach (var ofRow in found.GroupBy(message => message.Key))
            {
                if (ofRow.Count() > 1 || ofRow.Any(message => !message.Is(right[ofRow.Key])))
                {
                    wrong.UnionWith(ofRow.Select(message => message.ConversationId));
                }
            }
        }

        return wrong;
    }

    // The old rows of all messages of the conversation that came from the table.
    private async Task<Dictionary<string, BulkRow>> ReadRightAsync(long conversation)
    {
        var right = new Dictionary<string, BulkRow>();
        var ids = (await _stored.ListKeysAsync(conversation))
            .Select(key => long.TryParse(key.AsSpan(table.Prefix.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
                ? id
                : (long?)null).OfType<long>().Distinct();
        foreach (var part in ids.Chunk(OldRowPages.Length))
        {
            foreach (var row in await _pages.FindAsync(part))
            {
                if (table.Read(row).Message is { } message)
                {
                    right[message.Key] = message;
                }
            }
        }

        return right;
    }
}
