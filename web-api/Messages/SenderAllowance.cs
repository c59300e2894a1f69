namespace Portico.WebApi.Messages;

/// <summary>
/// What one sender may still send: a bucket of messages that fills up again, and what was used in the 24 hours since the first message. Thread-safe.
/// </summary>
internal sealed class SenderAllowance(SendLimits limits)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private double _messages = limits.Burst;
    private long _filledAt = limits.Time.GetTimestamp();
    private long _dayBegan = limits.Time.GetTimestamp();
    private long _bytes;
    private long _conversations;

    /// <summary>Timestamp of the last message; the oldest is forgotten first.</summary>
    public long UsedAt
    {
        get
        {
            lock (_lock)
            {
                return _filledAt;
            }
        }
    }

    /// <summary>Takes one message out of the bucket; otherwise how long until there is one.</summary>
    public TimeSpan TakeMessage()
    {
        if (limits.PerSecond <= 0)
        {
            return TimeSpan.Zero;
        }

        lock (_lock)
        {
            var now = limits.Time.GetTimestamp();
            _messages = Math.Min(limits.Burst, _messages + (limits.Time.GetElapsedTime(_filledAt, now).TotalSeconds * limits.PerSecond));
            _filledAt = now;
            if (_messages >= 1)
            {
                _messages--;
                return TimeSpan.Zero;
            }

            return TimeSpan.FromSeconds((1 - _messages) / limits.PerSecond);
        }
    }

    /// <summary>Takes bytes and new conversations out of the day's; otherwise how long until the next day begins, and nothing is taken.</summary>
    public (TimeSpan Wait, bool ForConversations) TakeOfDay(long bytes, long conversations)
    {
        lock (_lock)
        {
            var now = limits.Time.GetTimestamp();
            var age = limits.Time.GetElapsedTime(_dayBegan, now);
            if (age >= Day || (_bytes == 0 && _conversations == 0))
            {
                (_dayBegan, _bytes, _conversations, age) = (now, 0, 0, TimeSpan.Zero);
            }

            var tooMany = limits.ConversationsPerDay > 0 && conversations > 0 && _conversations + conversations > limits.ConversationsPerDay;
            if (tooMany || (limits.BytesPerDay > 0 && _bytes + bytes > limits.BytesPerDay))
            {
                return (Day - age, tooMany);
            }

            _bytes += bytes;
            _conversations += conversations;
            return default;
        }
    }

    /// <summary>Gives back what was taken for a message that was not stored by this call.</summary>
    public void Return(long messages, long bytes, long conversations)
    {
        lock (_lock)
        {
            _messages = Math.Min(limits.Burst, _messages + messages);
            _bytes = Math.Max(0, _bytes - bytes);
            _conversations = Math.Max(0, _conversations - conversations);
        }
    }

    /// <summary>Whether it says no more than a new one would.</summary>
    public bool IsAsNew()
    {
        lock (_lock)
        {
            var now = limits.Time.GetTimestamp();
            var isFull = limits.PerSecond <= 0 || _messages + (limits.Time.GetElapsedTime(_filledAt, now).TotalSeconds * limits.PerSecond) >= limits.Burst;
            return isFull && ((_bytes == 0 && _conversations == 0) || limits.Time.GetElapsedTime(_dayBegan, now) >= Day);
        }
    }
}
