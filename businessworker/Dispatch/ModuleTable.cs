using System.Collections.Frozen;
using Portico.BusinessWorker.Events;

namespace Portico.BusinessWorker.Dispatch;

/// <summary>Which module serves a client, by the listener it came through and the path it asked for.</summary>
internal sealed class ModuleTable
{
    private readonly FrozenDictionary<int, IEvents> _byPort;
    private readonly FrozenDictionary<string, IEvents> _byPath;

    public ModuleTable(IEnumerable<KeyValuePair<ModulePlace, IEvents>> modules)
    {
        var all = modules.ToList();
        Modules = [.. all.Select(entry => entry.Value).Distinct()];
        _byPort = all.Where(entry => entry.Key.Port != 0).ToFrozenDictionary(entry => entry.Key.Port, entry => entry.Value);
        _byPath = all.Where(entry => entry.Key.Port == 0).ToFrozenDictionary(entry => entry.Key.Path, entry => entry.Value, StringComparer.Ordinal);
    }

    /// <summary>Each once.</summary>
    public IReadOnlyList<IEvents> Modules { get; }

    /// <summary>The module; null when nobody serves there. A path that is not known ("") is taken for "/", or for the only one there is.</summary>
    public IEvents? Find(int listenerPort, string path) =>
        _byPort.GetValueOrDefault(listenerPort)
        ?? _byPath.GetValueOrDefault(path.Length == 0 ? "/" : path)
        ?? (path.Length == 0 && Modules.Count == 1 ? Modules[0] : null);
}
