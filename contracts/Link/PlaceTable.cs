namespace Portico.Contracts.Link;

/// <summary>
/// Finds what serves a client by the listener it came through and the path it asked for: a listener's own entry counts before any path. Gateways pick
/// workers with it and workers pick modules with it, so that both always agree. Immutable, therefore thread-safe.
/// </summary>
/// <typeparam name="T">What serves a place.</typeparam>
public sealed class PlaceTable<T>
    where T : class
{
    private readonly Dictionary<int, T> _byPort = [];
    private readonly Dictionary<string, T> _byPath = new(StringComparer.Ordinal);

    /// <summary>A table of these places.</summary>
    /// <param name="places">Each place once.</param>
    /// <exception cref="ArgumentException">A place stands there twice.</exception>
    public PlaceTable(IEnumerable<KeyValuePair<ModulePlace, T>> places)
    {
        foreach (var (place, served) in places)
        {
            if (place.Port != 0)
            {
                _byPort.Add(place.Port, served);
            }
            else
            {
                _byPath.Add(place.Path, served);
            }
        }
    }

    /// <summary>What serves a client; null when no entry matches.</summary>
    /// <param name="listenerPort">The listener's public port.</param>
    /// <param name="path">The path of the handshake without query; "/" for text and frame clients.</param>
    public T? Find(int listenerPort, string path) => FindListener(listenerPort) ?? _byPath.GetValueOrDefault(path);

    /// <summary>What serves every path of a listener; null when the path decides.</summary>
    /// <param name="listenerPort">The listener's public port.</param>
    public T? FindListener(int listenerPort) => _byPort.GetValueOrDefault(listenerPort);
}
