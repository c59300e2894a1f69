using System.Collections.Frozen;

namespace Portico.Gateway.Workers;

/// <summary>The routers by the name that the configuration gives them. A router keeps state, so each loop makes its own.</summary>
internal static class WorkerRouters
{
    private static readonly FrozenDictionary<string, Func<IWorkerRouter>> Known = new Dictionary<string, Func<IWorkerRouter>>
    {
        ["least-connections"] = () => new LeastConnectionsRouter(),
        ["random"] = () => new RandomRouter(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The known names, for the sentence about an unknown one.</summary>
    public static string Names => string.Join(", ", Known.Keys.Order(StringComparer.Ordinal));

    /// <summary>Whether there is a router of this name.</summary>
    public static bool IsKnown(string name) => Known.ContainsKey(name);

    /// <summary>Makes a router of a known name.</summary>
    public static IWorkerRouter Create(string name) => Known[name]();
}
