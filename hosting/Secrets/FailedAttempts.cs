using System.Net;
using System.Net.Sockets;

namespace Portico.Hosting.Secrets;

/// <summary>
/// Bounds how often a key may fail in a time. Attempts under way count as failed until they are taken back, so that many at once do not pass the
/// bound. The memory is fixed: keys share 65,536 counters, so two keys meet in one about as often as two guesses of 16 bits. Thread-safe.
/// </summary>
/// <param name="most">Failures of one key in a window; 0 for no bound.</param>
/// <param name="window">How long failures count, from the first of them.</param>
/// <param name="clock">Tells the time.</param>
public sealed class FailedAttempts(int most, TimeSpan window, TimeProvider clock)
{
    private const int Counters = 65_536;
    private readonly Lock _lock = new();
    private readonly (long Began, int Count)[] _counters = new (long, int)[Counters];

    /// <summary>Counts an attempt. False when the key has failed too often; <paramref name="wait"/> says for how long.</summary>
    public bool TryBegin(string key, out Attempt attempt, out TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryBegin(key.GetHashCode(StringComparison.Ordinal), out attempt, out wait);
    }

    /// <summary>The same for an address; of IPv6 the network of 64 bits, which one host may have for itself.</summary>
    public bool TryBegin(IPAddress address, out Attempt attempt, out TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out var length);
        var hash = default(HashCode);
        hash.AddBytes(bytes[..(address.AddressFamily == AddressFamily.InterNetworkV6 ? 8 : length)]);
        return TryBegin(hash.ToHashCode(), out attempt, out wait);
    }

    /// <summary>The attempt did not fail.</summary>
    public void TakeBack(Attempt attempt)
    {
        lock (_lock)
        {
            // One of an earlier window was forgotten with it.
            ref var counter = ref _counters[attempt.Counter];
            if (most > 0 && counter.Began == attempt.Began && counter.Count > 0)
            {
                counter.Count--;
            }
        }
    }

    private bool TryBegin(int hash, out Attempt attempt, out TimeSpan wait)
    {
        var index = (int)((uint)hash % Counters);
        wait = TimeSpan.Zero;
        var now = clock.GetTimestamp();
        lock (_lock)
        {
            ref var counter = ref _counters[index];
            if (counter.Count == 0 || clock.GetElapsedTime(counter.Began, now) >= window)
            {
                counter = (now, 0);
            }

            attempt = new Attempt(index, counter.Began);
            if (most > 0 && counter.Count >= most)
            {
                wait = window - clock.GetElapsedTime(counter.Began, now);
                return false;
            }

            counter.Count++;
            return true;
        }
    }

    /// <summary>One attempt that was counted.</summary>
    /// <param name="Counter">Where it was counted.</param>
    /// <param name="Began">When the window began in which it counts.</param>
    public readonly record struct Attempt(int Counter, long Began);
}
