using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Loops;

namespace Portico.Gateway.Hosting;

/// <summary>Which places are served by how many workers, over all loops: what <c>portico status</c> and <c>doctor</c> show.</summary>
internal static class PlaceReport
{
    /// <summary>Where it is called.</summary>
    public const string Path = "/portico.gateway.v1.Administration/Places";

    /// <summary>Asks every loop.</summary>
    public static async Task<PlacesReply> RunAsync(LoopSet loops)
    {
        var gate = new Lock();
        var workers = new SortedDictionary<(string Place, string Module), HashSet<string>>();
        var empty = new SortedSet<string>(StringComparer.Ordinal);
        await loops.OnEachAsync(loop =>
        {
            lock (gate)
            {
                Add(loop, workers, empty);
            }
        });

        var reply = new PlacesReply();
        reply.Rows.AddRange(workers.Select(row => new PlaceRow { Place = row.Key.Place, Module = row.Key.Module, Workers = (uint)row.Value.Count }));
        reply.Rows.AddRange(empty.Except(workers.Keys.Select(key => key.Place)).Select(place => new PlaceRow { Place = place }));
        return reply;
    }

    private static void Add(GatewayLoop loop, SortedDictionary<(string Place, string Module), HashSet<string>> workers, SortedSet<string> empty)
    {
        foreach (var link in loop.Workers.Links.Where(link => !link.IsClosed && !link.IsLeaving))
        {
            var rows = link.Serves.Named.Select(named => (named.Key.ToString(), named.Value)).ToList();
            if (link.Serves.Others)
            {
                rows.Add(("", link.Serves.IsEverything ? "" : "php"));
            }

            foreach (var row in rows)
            {
                if (!workers.TryGetValue(row, out var keys))
                {
                    workers.Add(row, keys = []);
                }

                keys.Add(link.Key);
            }
        }

        empty.UnionWith(loop.Workers.NamedPlaces);
    }
}
