namespace Portico.Gateway.Connections;

/// <summary>
/// How fast a client may go on: tokens come in at a steady rate up to a burst, and whoever takes more than there are is in debt and
/// must wait. Eight bytes; it knows no clock, the time is passed in.
/// </summary>
/// <remarks>
/// Taking never fails, since what was received is there: the debt says how long to stop reading, and a debt that grows over
/// <see cref="IsHopeless"/> that waiting does not help.
/// </remarks>
internal struct TokenBucket
{
    private const int MillisecondsPerSecond = 1000;

    private int _tokens;
    private int _last;

    /// <summary>A full bucket.</summary>
    /// <param name="burst">Most tokens that it holds.</param>
    /// <param name="now">Milliseconds of any monotonic clock; it may turn over.</param>
    public TokenBucket(int burst, long now)
    {
        _tokens = burst;
        _last = (int)now;
    }

    /// <summary>What is left; negative for a debt.</summary>
    public readonly int Tokens => _tokens;

    /// <summary>Takes tokens, after adding what came in since the last time.</summary>
    /// <param name="count">How many.</param>
    /// <param name="rate">Tokens a second; 0 for no limit.</param>
    /// <param name="burst">Most tokens that it holds.</param>
    /// <param name="now">The time.</param>
    /// <returns>False when there is a debt: wait for <see cref="Wait"/>.</returns>
    public bool Take(int count, int rate, int burst, long now)
    {
        if (rate == 0)
        {
            return true;
        }

        Refill(rate, burst, now);
        _tokens = (int)Math.Max(int.MinValue, (long)_tokens - count);
        return _tokens >= 0;
    }

    /// <summary>Milliseconds until there is no debt any more; 0 when there is none.</summary>
    public readonly int Wait(int rate) =>
        _tokens >= 0 || rate == 0 ? 0 : (int)Math.Min(int.MaxValue, ((-(long)_tokens * MillisecondsPerSecond) + rate - 1) / rate);

    /// <summary>Whether the debt is over so many seconds' worth: slowing down did not help.</summary>
    public readonly bool IsHopeless(int rate, int seconds) => rate > 0 && -(long)_tokens > (long)rate * seconds;

    private void Refill(int rate, int burst, long now)
    {
        // The difference is right also when the clock's lower half turned over.
        var passed = unchecked((uint)((int)now - _last));
        var gained = (long)passed * rate / MillisecondsPerSecond;
        if (gained <= 0)
        {
            return;
        }

        if (_tokens + gained >= burst)
        {
            _tokens = burst;
            _last = (int)now;
            return;
        }

        // Only the time that gave whole tokens is used up.
        _tokens += (int)gained;
        _last = unchecked(_last + (int)(gained * MillisecondsPerSecond / rate));
    }
}
