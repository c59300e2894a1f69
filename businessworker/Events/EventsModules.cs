using System.Diagnostics.CodeAnalysis;
using Portico.BusinessWorker.Events.Service;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// The modules that configuration can name. A new one is its class and one line here, or one call of <see cref="Add"/> from a program of its own.
/// </summary>
public sealed class EventsModules
{
    private readonly Dictionary<string, (string DefaultPlace, Func<WorkerServices, IEvents> Create)> _modules = new(StringComparer.OrdinalIgnoreCase)
    {
        ["shop"] = ("/", worker => new ShopEvents(worker)),
        ["service"] = ("/service", worker => new ServiceEvents(worker)),
        ["playground"] = ("/playground", worker => new PlaygroundEvents(worker)),
    };

    /// <summary>Names that are known.</summary>
    public IReadOnlyCollection<string> Names => _modules.Keys;

    /// <summary>Adds a module under a name.</summary>
    /// <param name="name">As configuration names it.</param>
    /// <param name="defaultPlace">Where it serves when configuration does not say: "/path" or "PORT/".</param>
    /// <param name="create">Makes it, once for each entry of configuration.</param>
    /// <returns>The same modules.</returns>
    public EventsModules Add(string name, string defaultPlace, Func<WorkerServices, IEvents> create)
    {
        _modules[name] = (defaultPlace, create);
        return this;
    }

    internal bool TryGet(string name, out string defaultPlace, [NotNullWhen(true)] out Func<WorkerServices, IEvents>? create)
    {
        var found = _modules.TryGetValue(name, out var module);
        (defaultPlace, create) = module;
        return found;
    }
}
