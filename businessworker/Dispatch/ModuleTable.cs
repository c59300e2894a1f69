using Portico.BusinessWorker.Events;
using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Dispatch;

/// <summary>Which module serves a client, by the listener it came through and the path it asked for.</summary>
internal sealed class ModuleTable
{
    private readonly PlaceTable<IEvents> _places;

    public ModuleTable(IEnumerable<KeyValuePair<ModulePlace, IEvents>> modules)
    {
        var all = modules.ToList();
        Modules = [.. all.Select(entry => entry.Value).Distinct()];
        _places = new PlaceTable<IEvents>(all);
    }

    /// <summary>Each once.</summary>
    public IReadOnlyList<IEvents> Modules { get; }

    /// <summary>The module; null when no entry matches. A path that is not known ("") is taken for "/", or for the only module there is.</summary>
    public IEvents? Find(int listenerPort, string path) =>
        _places.Find(listenerPort, path.Length == 0 ? "/" : path) ?? (path.Length == 0 && Modules.Count == 1 ? Modules[0] : null);
}
