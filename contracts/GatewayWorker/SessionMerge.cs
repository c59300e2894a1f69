using System.Buffers;

namespace Portico.Contracts.GatewayWorker;

/// <summary>What UPDATE_SESSION does to the stored bytes of a session (GatewayWorker protocol 2.9).</summary>
public static class SessionMerge
{
    /// <summary>
    /// Merges <paramref name="update"/> into <paramref name="stored"/>: arrays on both sides merge key by key, anything else is
    /// replaced, known keys keep their place and new ones are appended. An empty session takes the update as it is; a stored
    /// session that is no array is replaced. False, with nothing changed, when the update is no array or the result is over
    /// the limit.
    /// </summary>
    public static bool TryMerge(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> update, int maxBytes, out byte[] merged)
    {
        merged = [];
        var limits = new PhpLimits { MaxBytes = maxBytes };
        if (update.Length > maxBytes || !PhpSerialize.TryParse(update, limits, out var changes, out _) || changes.AsArray() is not { } change)
        {
            return false;
        }

        if (stored.IsEmpty || !PhpSerialize.TryParse(stored, limits, out var old, out _) || old.AsArray() is not { } target)
        {
            merged = update.ToArray();
            return true;
        }

        Apply(target, change);
        var buffer = new ArrayBufferWriter<byte>(stored.Length + update.Length);
        PhpWriter.Write(buffer, target);
        if (buffer.WrittenCount > maxBytes)
        {
            return false;
        }

        merged = buffer.WrittenSpan.ToArray();
        return true;
    }

    private static void Apply(PhpArray target, PhpArray change)
    {
        foreach (var (key, value) in change)
        {
            if (value.AsArray() is { } inner && target.TryGetValue(key, out var old) && old.AsArray() is { } deeper)
            {
                // References may share an array between keys; each place is merged on its own.
                var copy = deeper.Copy();
                Apply(copy, inner);
                target[key] = copy;
            }
            else
            {
                target[key] = value;
            }
        }
    }
}
