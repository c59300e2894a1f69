using System.Collections.Concurrent;
using Portico.WebApi.Hosting;

namespace Portico.WebApi.Messages;

/// <summary>
/// Keeps for each sender what he may still send. The limits hold for each web-api process by itself, and begin anew with it. The memory is bounded:
/// above <see cref="MostSenders"/> those who sent longest ago are forgotten. Thread-safe.
/// </summary>
internal sealed class SendLimits(WebApiOptions options, TimeProvider time)
{
    /// <summary>Senders that are remembered; some 20 MiB.</summary>
    public const int MostSenders = 100_000;

    private readonly ConcurrentDictionary<Sender, SenderAllowance> _senders = new();
    private readonly Lock _tidying = new();
    private int _count;

    /// <summary>Messages a second; 0: no limit.</summary>
    public int PerSecond { get; } = options.Limits.MessagesPerSecond;

    /// <summary>Messages at once.</summary>
    public int Burst { get; } = options.Limits.MessageBurst;

    /// <summary>Bytes in 24 hours; 0: no limit.</summary>
    public long BytesPerDay { get; } = options.Limits.MessageBytesPerDay;

    /// <summary>Conversations that a sender opens in 24 hours; 0: no limit.</summary>
    public int ConversationsPerDay { get; } = options.Limits.NewConversationsPerDay;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Senders that are remembered now.</summary>
    internal int Known => Volatile.Read(ref _count);

    /// <summary>What a sender may still send. An agent is not the visitor of the same name.</summary>
    public SenderAllowance Of(string application, string name, bool isAgent)
    {
        var sender = new Sender(application, name, isAgent);
        if (_senders.TryGetValue(sender, out var known))
        {
            return known;
        }

        var added = new SenderAllowance(this);
        known = _senders.GetOrAdd(sender, added);
        if (ReferenceEquals(known, added) && Interlocked.Increment(ref _count) > MostSenders)
        {
            Tidy();
        }

        return known;
    }

    // Those who would be treated like new ones anyway; if that does not make room, the half that sent longest ago.
    private void Tidy()
    {
        lock (_tidying)
        {
            if (Known <= MostSenders)
            {
                return;
            }

            Remove(_senders.Where(entry => entry.Value.IsAsNew()).ToList());
            if (Known > MostSenders / 2)
            {
                Remove(_senders.OrderBy(entry => entry.Value.UsedAt).Take(Known - (MostSenders / 2)).ToList());
            }
        }
    }

    private void Remove(List<KeyValuePair<Sender, SenderAllowance>> entries)
    {
        foreach (var entry in entries)
        {
            if (_senders.TryRemove(entry))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private readonly record struct Sender(string Application, string Name, bool IsAgent);
}
