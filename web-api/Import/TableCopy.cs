using System.Data.Common;
using Portico.WebApi.Storage;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Import;

/// <summary>Copies the rows of one old table that are not in the log yet, page by page.</summary>
internal sealed class TableCopy(ISqlDialect dialect, ChatLog log, OldTable table, string name)
{
    private const int MostKnown = 200_000;

    private readonly IBulkRows _statements = dialect.CreateBulkRows();
    private readonly HashSet<ConversationKey> _conversations = [];
    private bool _mayBeKnown = true;

    /// <summary>Copies the table; what is there already is counted as known.</summary>
    public async Task<ImportReport> RunAsync()
    {
        var pages = new OldRowPages(dialect, table, name);
        await pages.OpenAsync();
        KeepIds();
        var report = new ImportReport(table.Name);
        while (await pages.NextAsync() is { Count: > 0 } page)
        {
            var messages = new List<BulkRow>(page.Count);
            foreach (var row in page)
            {
                var (message, remark) = table.Read(row);
                if (message is not null)
                {
                    messages.Add(message);
                }

                if (remark is not null)
                {
                    (message is null ? report.SkippedRows : report.CorrectedRows).Add(remark, row.Text("id"));
                }
            }

            var left = await LeaveOutKnownAsync(messages);
            var added = left.Count > 0 ? await AddAsync(left) : 0;
            WebApiMeter.Imported(added);
            report = report with
            {
                Imported = report.Imported + added,
                Known = report.Known + messages.Count - added,
                Skipped = report.Skipped + page.Count - messages.Count,
            };
        }

        var unreachable = await pages.CountUnreachableAsync();
        if (unreachable > 0)
        {
            report.SkippedRows.Add("id is empty or too large", null, unreachable);
        }

        return report with { Skipped = report.Skipped + unreachable };
    }

    // What is sent from now on gets an id that no row brings with it.
    private void KeepIds()
    {
        using var connection = dialect.OpenForWriting();
        MessageIds.KeepAbove(connection, name);
    }

    // A table that was copied before is mostly rows about which there is nothing to do: they are seen without the writer and without holding anything.
    private async Task<List<BulkRow>> LeaveOutKnownAsync(List<BulkRow> messages)
    {
        if (!_mayBeKnown)
        {
            return messages;
        }

        await using var connection = await dialect.OpenAsync();
        var known = _statements.FindKnown(connection, messages);
        _mayBeKnown = known.Count > 0;
        CheckSenders(messages, known);
        return messages.FindAll(message => !known.TryGetValue(message.Key, out var there) || !there.Covers(message));
    }

    // Earlier versions read a TINYINT(1) of MariaDB as no number, and so every message as the merchant's: the right ones must not come beside those.
    private void CheckSenders(List<BulkRow> messages, Dictionary<string, KnownRow> known)
    {
        if (messages.Find(message => known.TryGetValue(message.Key, out var there) && there.IsOfOther) is { } wrong)
        {
            throw new OldTableException(
                $"An earlier version has imported {table.Name} wrongly: its row "
                    + $"{wrong.Key[(wrong.Key.IndexOf(':', StringComparison.Ordinal) + 1)..]} stands in the log as the other side's. Run `portico "
                        + "import --repair`.");
        }
    }

    private async Task<int> AddAsync(List<BulkRow> messages)
    {
        var keys = messages.Select(message => message.Conversation).ToHashSet();
        if (_conversations.Count > MostKnown)
        {
            _conversations.Clear();
        }

        // Before the transaction of the page: an insert in it would hold gaps that other processes wait for.
        var unknown = keys.Where(key => !_conversations.Contains(key)).ToList();
        if (unknown.Count > 0)
        {
            await log.WriteAsync((connection, _) =>
            {
                var there = _statements.Hold(connection, unknown);
                _statements.AddConversations(connection, unknown.Where(key => !there.ContainsKey(key)).ToList());
                return true;
            });
            _conversations.UnionWith(unknown);
        }

        return await log.WriteAsync((connection, _) => Add(connection, messages, keys), movesSequences: true);
    }

    private int Add(DbConnection connection, List<BulkRow> messages, HashSet<ConversationKey> keys)
    {
        var conversations = _statements.Hold(connection, keys);
        var known = _statements.FindKnown(connection, messages);
        _mayBeKnown |= known.Count > 0;
        var ids = messages
            .Where(message => message.Id is > 0 and <= MessageIds.LargestKept && !known.ContainsKey(message.Key))
            .Select(message => message.Id)
            .ToList();
        var taken = _statements.FindTaken(connection, ids);
        MessageIds.MakeWay(connection, messages[0].Conversation.Application, taken);
        var inserts = new List<BulkInsert>(ids.Count);
        foreach (var message in messages)
        {
            var conversation = conversations[message.Conversation];
            if (known.TryGetValue(message.Key, out var there))
            {
                // It may have been read since.
                conversation.MarkRead(message, there.Seq);
                continue;
            }

            var seq = conversation.Add(message, log.Clock.NowMs);
            known.Add(message.Key, new KnownRow(seq, 0, 0, false));
            inserts.Add(new BulkInsert(message, conversation.Id, seq, message.Id is > 0 and <= MessageIds.LargestKept && taken.Add(message.Id)));
        }

        // The stable order of each conversation is its numbers', whatever order the rows are written in.
        _statements.Insert(connection, [.. inserts.Where(insert => insert.KeepsId), .. inserts.Where(insert => !insert.KeepsId)]);
        _statements.Update(connection, [.. conversations.Values.Where(conversation => conversation.HasChanged)]);
        return inserts.Count;
    }
}
