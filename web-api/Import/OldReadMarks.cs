using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>
/// Carries over what an old application has marked as read in a real table, once a second: the cursors advance and both sides are told, as when somebody
/// reads in a page of today. Several web-apis may do it at once, since a cursor never goes back.
/// </summary>
internal sealed partial class OldReadMarks(ISqlDialect dialect, ChatLog log, ReadState state, StoreSetup setup, ILogger<OldReadMarks> logger)
    : BackgroundService
{
    private const int PageLength = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Carries over what waits; how many marks it were.</summary>
    public async Task<int> CarryOverAsync()
    {
        List<(long Id, string Table, long Row)> marks;
        var shop = new List<(ConversationKey Key, bool FromA, long Row)>();
        await using (var connection = await dialect.OpenAsync())
        {
            marks = (await connection.QueryAsync<(long, string, long)>(
                $"SELECT id, old_table, row_id FROM portico_read_marks ORDER BY id LIMIT {PageLength}")).AsList();
            if (marks.Count == 0)
            {
                return 0;
            }

            foreach (var ofTable in marks.GroupBy(mark => mark.Table))
            {
                shop.AddRange(await FindAsync(connection, ofTable.Key, string.Join(',', ofTable.Select(mark => mark.Row))));
            }
        }

        foreach (var read in shop.GroupBy(row => (row.Key, row.FromA)))
        {
            await MarkAsync(read.Key.Key, read.Key.FromA, string.Join(',', read.Select(row => row.Row)));
        }

        await log.WriteAsync((connection, transaction) => connection.Execute(
            $"DELETE FROM portico_read_marks WHERE id IN ({string.Join(',', marks.Select(mark => mark.Id))})", transaction: transaction));
        return marks.Count;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The loop's border: the marks stay where they are and are carried over the next time.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, log.Clock.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    while (setup.KeepsTables && await CarryOverAsync() == PageLength)
                    {
                        // A full page: there may be more.
                    }
                }
                catch (Exception fault)
                {
                    LogFailed(fault.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The stop.
        }
    }

    private static async Task<IEnumerable<(ConversationKey Key, bool FromA, long Row)>> FindAsync(DbConnection connection, string table, string ids) =>
        table == OldTableShape.Shop.Name
        ? (await connection.QueryAsync<(long Id, long Buyer, string Merchant, long Sender)>(
            $"SELECT id, user_id, merchant_id, sender FROM hp_chat_log WHERE id IN ({ids})"))
            .Select(row => (ConversationKey.Between(string.Create(CultureInfo.InvariantCulture, $"U_{row.Buyer}"), row.Merchant), row.Sender == 1, row.Id))
        : (await connection.QueryAsync<(long Id, string Openid, long Type)>($"SELECT id, openid, type FROM chat WHERE id IN ({ids})"))
            .Select(row => (ConversationKey.OfVisitor(row.Openid), row.Type == 2, row.Id));

    private async Task MarkAsync(ConversationKey key, bool fromA, string ids)
    {
        if (await log.FindAsync(key) is not { } conversation)
        {
            return;
        }

        long? seq;
        await using (var connection = await dialect.OpenAsync())
        {
            seq = await connection.ExecuteScalarAsync<long?>(
                $"SELECT MAX(seq) FROM messages WHERE conversation_id = @Id AND from_a = @from AND COALESCE(legacy_id, id) IN ({ids})",
                new { conversation.Id, from = fromA ? 1 : 0 });
        }

        if (seq is { } read)
        {
            await state.MarkReadAsync(conversation, memberA: !fromA, read);
        }
    }

    [LoggerMessage(3030, LogLevel.Warning, "What an old application has marked as read could not be carried over now: {Reason}")]
    private partial void LogFailed(string reason);
}
