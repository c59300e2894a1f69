using Portico.Client;

namespace Portico.WebApi.Messages;

/// <summary>One frame of a push for one target; what is repeated when a gateway does not confirm it.</summary>
/// <param name="Name">Uid or group.</param>
/// <param name="IsGroup">Whether <paramref name="Name"/> is a group.</param>
/// <param name="Frame">Never changed after it was handed over.</param>
/// <param name="Options">Who of the target gets it.</param>
internal sealed record PushPart(string Name, bool IsGroup, ReadOnlyMemory<byte> Frame, SendOptions Options)
{
    // A notice has no number of its own. Random, so that those of several web-apis differ; the high bit tells them from messages.
    private const ulong NoticeBit = 1UL << 63;
    private static long _lastNotice = Random.Shared.NextInt64();

    /// <summary>Timestamp at which it was first due.</summary>
    public long DueAt { get; init; }

    /// <summary>How old it was then: more than zero for what another process may have pushed already.</summary>
    public TimeSpan AgeWhenDue { get; init; }

    /// <summary>It is worth nothing a moment later, and is not repeated: that somebody types.</summary>
    public bool IsPassing { get; init; }

    /// <summary>Bytes that it counts for while it is kept.</summary>
    public long Bytes => 256 + Frame.Length;

    /// <summary>The name of a message's part for gateways, the same in every web-api (see gateway.proto, Command.push).</summary>
    /// <param name="message">Number of its row.</param>
    /// <param name="kind">1 to 7, different for each frame of the message that one client may get.</param>
    public static ulong NameOf(long message, int kind) => ((ulong)message << 3) | (uint)kind;

    /// <summary>A name for what is no message.</summary>
    public static ulong NameOfNotice() => NoticeBit | (ulong)Interlocked.Increment(ref _lastNotice);

    /// <summary>The options of one sending.</summary>
    /// <param name="isRepeated">Whether it was sent before, as far as is known.</param>
    /// <param name="time">The clock of <see cref="DueAt"/>.</param>
    public SendOptions OptionsAt(bool isRepeated, TimeProvider time)
    {
        if (!isRepeated && AgeWhenDue == TimeSpan.Zero)
        {
            return Options;
        }

        var age = AgeWhenDue + time.GetElapsedTime(DueAt);
        return Options with { PushAge = age < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : age };
    }
}
