using Portico.Contracts.Link;

namespace Portico.Gateway.Workers;

/// <summary>Bodies of one peer that come in parts, until a command names them.</summary>
internal sealed class CommandParts(long limit) : IDisposable
{
    private readonly Dictionary<ulong, LinkBuffer> _begun = [];
    private long _bytes;

    /// <summary>Adds a piece; false when the peer has begun more than it may.</summary>
    public bool TryAdd(ulong id, ReadOnlySpan<byte> data)
    {
        if (id == 0 || _bytes + data.Length + ((_begun.Count + 1) * 64L) > limit)
        {
            return false;
        }

        if (!_begun.TryGetValue(id, out var buffer))
        {
            buffer = new LinkBuffer(Math.Max(data.Length * 2, 64));
            _begun.Add(id, buffer);
        }

        _bytes += data.Length;
        buffer.Append(data);
        return true;
    }

    /// <summary>Takes a begun body out, with <paramref name="last"/> at its end; the caller disposes it. Null when there is none of that id.</summary>
    public LinkBuffer? Take(ulong id, ReadOnlySpan<byte> last)
    {
        if (!_begun.Remove(id, out var buffer))
        {
            return null;
        }

        _bytes -= buffer.Length;
        buffer.Append(last);
        return buffer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _begun.Values)
        {
            buffer.Dispose();
        }

        _begun.Clear();
    }
}
