using System.Globalization;

namespace Portico.WebApi.Storage;

/// <summary>The log's time: unix milliseconds in tables, and the configured time zone where old columns and pages show a wall clock.</summary>
internal sealed class LogClock(TimeProvider time, TimeZoneInfo zone)
{
    public TimeProvider Time { get; } = time;

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Wall-clock time of the zone.</summary>
    public DateTime Local(long unixMs) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(unixMs), zone).DateTime;

    /// <summary><c>HH:mm:ss</c>.</summary>
    public string TimeOfDay(long unixMs) => Local(unixMs).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary><c>yyyy-MM-dd HH:mm:ss</c>, as the column <c>creat_time</c> has it.</summary>
    public string Stamp(long unixMs) => Local(unixMs).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>What the column <c>local_time</c> holds: the service application's view shows it, the shop's does not.</summary>
    public string? StampOf(ConversationKey conversation, long unixMs) => conversation.Application == ConversationKey.Service ? Stamp(unixMs) : null;
}
