using System.Globalization;

namespace Portico.Contracts.Rpc;

/// <summary>The header <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class RpcTimeout
{
    /// <summary>Longest time that is taken as a deadline (about 24 days is what a timer holds); longer ones count as this.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    public static string Format(TimeSpan timeout)
    {
        // Rounded up: a server must not give up before its caller does.
        var milliseconds = (long)Math.Ceiling(Math.Max(timeout.TotalMilliseconds, 1));
        return milliseconds <= 99_999_999
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min((milliseconds / 1000) + 1, 99_999_999)}S");
    }

    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        double? ticks = text[^1] switch
        {
            'H' => number * (double)TimeSpan.TicksPerHour,
            'M' => number * (double)TimeSpan.TicksPerMinute,
            'S' => number * (double)TimeSpan.TicksPerSecond,
            'm' => number * (double)TimeSpan.TicksPerMillisecond,
            'u' => number * (double)TimeSpan.TicksPerMicrosecond,
            'n' => number / (double)TimeSpan.NanosecondsPerTick,
            _ => null,
        };
        if (ticks is null)
        {
            return false;
        }

        timeout = ticks >= Longest.Ticks ? Longest : TimeSpan.FromTicks((long)ticks);
        return true;
    }
}
