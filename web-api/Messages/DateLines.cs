using System.Globalization;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>The date lines of a history: at its first entry and after every gap of more than 180 s, with the date for days before today.</summary>
internal static class DateLines
{
    private const long Gap = 180_000;

    /// <summary>Gives each message the line that stands before it, or null.</summary>
    public static List<(MessageRow Message, string? Line)> Add(IReadOnlyList<MessageRow> messages, LogClock clock)
    {
        var today = clock.Local(clock.NowMs).Date;
        var list = new List<(MessageRow, string?)>(messages.Count);
        long? last = null;
        foreach (var message in messages)
        {
            var isLine = last is null || message.SentAtMs - last > Gap;
            list.Add((message, isLine ? Format(clock.Local(message.SentAtMs), today) : null));
            last = message.SentAtMs;
        }

        return list;
    }

    private static string Format(DateTime at, DateTime today) =>
        at.ToString(at.Date < today ? "yyyy'/'MM'/'dd HH:mm:ss" : "HH:mm:ss", CultureInfo.InvariantCulture);
}
