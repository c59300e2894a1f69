using Portico.Client;
using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.BusinessWorker.Links;

/// <summary>One answer of a gateway out of its loops' answers.</summary>
internal static class OutcomeMerge
{
    public static CommandOutcome Merge(IReadOnlyList<CommandOutcome> loops)
    {
        var whole = new CommandOutcome { Status = Status(loops) };
        var counts = new Dictionary<string, NamedCount>(StringComparer.Ordinal);
        foreach (var loop in loops)
        {
            whole.Delivered += loop.Delivered;
            whole.Count += loop.Count;
            whole.Clients.AddRange(loop.Clients);
            whole.Error ??= loop.Error;
            foreach (var count in loop.Counts)
            {
                if (counts.TryGetValue(count.Name, out var sum))
                {
                    sum.Count += count.Count;
                    sum.Connections.Add(count.Connections);
                }
                else
                {
                    counts.Add(count.Name, count);
                }
            }
        }

        whole.Counts.AddRange(counts.Values);
        return whole;
    }

    // A loop that did not answer hides what it had to say; one that knows no such client does not.
    private static CommandStatus Status(IReadOnlyList<CommandOutcome> loops)
    {
        var worst = loops.Max(loop => loop.Status);
        return worst == CommandStatus.NoSuchClient && loops.Any(loop => loop.Status == CommandStatus.Delivered) ? CommandStatus.Delivered : worst;
    }
}
