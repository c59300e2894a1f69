namespace Portico.Gateway.Connections;

/// <summary>Holds one client to its messages and bytes a second: it is slowed down by not being read; who floods on all the same is closed.</summary>
internal sealed class RateLimiter(ClientLimits limits, long now)
{
    private TokenBucket _messages = new(limits.MessageBurst, now);
    private TokenBucket _bytes = new(limits.ByteBurst, now);
    private long _since;

    /// <summary>The listener's limits ask for one.</summary>
    public static bool IsNeeded(ClientLimits limits) => limits.MessagesPerSecond > 0 || limits.BytesPerSecond > 0;

    /// <summary>Counts a message. Returns how many milliseconds not to read: 0 to go on, -1 when the client has to go.</summary>
    public int Take(int bytes, long now)
    {
        var fast = !_messages.Take(1, limits.MessagesPerSecond, limits.MessageBurst, now);
        fast |= !_bytes.Take(bytes, limits.BytesPerSecond, limits.ByteBurst, now);
        if (!fast)
        {
            // Back to a quiet pace only when half of the burst is there again: a flood that pauses with us is still one.
            if (_messages.Tokens >= limits.MessageBurst / 2 && _bytes.Tokens >= limits.ByteBurst / 2)
            {
                _since = 0;
            }

            return 0;
        }

        _since = _since == 0 ? now : _since;
        return now - _since >= (long)limits.TooFastTime.TotalMilliseconds
            ? -1
            : Math.Max(_messages.Wait(limits.MessagesPerSecond), _bytes.Wait(limits.BytesPerSecond));
    }
}
