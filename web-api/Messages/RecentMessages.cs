using Portico.WebApi.Service;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>
/// What was stored shortly before this process began: a web-api that was killed between the commit and the push leaves messages that no gateway has been
/// given. Gateways recognize those that they have delivered.
/// </summary>
internal sealed class RecentMessages(ChatLog log, ServiceCases cases, LogClock clock)
{
    /// <summary>As long as gateways remember what they have delivered, in seconds.</summary>
    public const int Seconds = 60;

    // More than a core stores in a minute is not looked at again; nor is more than this held in memory.
    private const int Most = 20_000;
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>The messages as pushes, in the order in which they were stored.</summary>
    /// <param name="until">Unix milliseconds: what was stored then or later is this process's own, which it pushes anyway, or another's that lives.</param>
    public async Task<List<PushJob>> ReadAsync(long until)
    {
        var now = clock.NowMs;
        var conversations = new Dictionary<long, (ConversationRow? Row, string Holder)>();
        var jobs = new List<PushJob>();
        foreach (var message in await log.ReadSinceAsync(now - (Seconds * 1000L), Most, MostBytes))
        {
            if (!conversations.TryGetValue(message.ConversationId, out var known))
            {
                var row = await log.FindAsync(message.ConversationId);
                known = (row, row?.Application == ConversationKey.Service ? (await cases.FindOpenAsync(row.MemberA))?.Agent ?? "" : "");
                conversations.Add(message.ConversationId, known);
            }

            if (known.Row is not { } conversation || message.SentAtMs >= until || message.RecalledAtMs is not null || message.Seq < conversation.KeptFrom)
            {
                continue;
            }

            jobs.Add(new PushJob(
                new AppendRequest
                {
                    Conversation = conversation.Key,
                    FromA = message.FromA,
                    Sender = message.Sender,
                    Type = message.Type,
                    Content = message.Content,
                    Parts = message.Parts,
                    Html = message.Parts is null ? null : message.Html,
                },
                new AppendResult(AppendStatus.Stored, message.Id, message.ConversationId, message.Seq, message.SentAtMs),
                message.ClientMsgId ?? "",
                "",
                known.Holder)
            {
                // At least 1 ms, so that it counts as repeated also when the clock was set back.
                Age = TimeSpan.FromMilliseconds(Math.Max(1, now - message.SentAtMs)),
            });
        }

        return jobs;
    }
}
