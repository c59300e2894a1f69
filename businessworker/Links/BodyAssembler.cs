using System.Diagnostics.CodeAnalysis;
using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Links;

/// <summary>Collects the pieces of large bodies of one stream until the event that names them comes.</summary>
internal sealed class BodyAssembler(int limit) : IDisposable
{
    private readonly Dictionary<ulong, LinkBuffer> _bodies = [];
    private int _bytes;

    /// <summary>False when too much is begun and never named.</summary>
    public bool TryAdd(ulong id, ReadOnlySpan<byte> data)
    {
        if (id == 0 || data.Length > limit - _bytes)
        {
            return false;
        }

        if (!_bodies.TryGetValue(id, out var body))
        {
            body = new LinkBuffer(data.Length * 2);
            _bodies.Add(id, body);
        }

        body.Append(data);
        _bytes += data.Length;
        return true;
    }

    /// <summary>The pieces of a body; dispose them. False when there are none.</summary>
    public bool TryTake(ulong id, [NotNullWhen(true)] out LinkBuffer? body)
    {
        if (!_bodies.Remove(id, out body))
        {
            return false;
        }

        _bytes -= body.Length;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, body) in _bodies)
        {
            body.Dispose();
        }

        _bodies.Clear();
    }
}
