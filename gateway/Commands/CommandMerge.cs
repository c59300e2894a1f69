using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Gateway.Commands;

/// <summary>Puts the answers of a gateway's loops to one command together. Used by one thread.</summary>
/// <param name="kind">The command's kind.</param>
/// <param name="named">The command names uids or groups: the loops' counts stand in the same order.</param>
/// <param name="loops">How many loops were asked.</param>
internal sealed class CommandMerge(CommandKind kind, bool named, int loops)
{
    private readonly Dictionary<string, NamedCount> _byName = new(StringComparer.Ordinal);
    private int _waiting = loops;
    private bool _first = true;

    /// <summary>The merged outcome so far.</summary>
    public CommandOutcome Outcome { get; private set; } = CommandOutcome.Done(0);

    /// <summary>The merged rows so far.</summary>
    public CommandResult Rows { get; } = new();

    /// <summary>Adds one loop's answer; <paramref name="rows"/> may be null when it has none. True when it was the last.</summary>
    public bool Add(CommandOutcome outcome, CommandResult? rows)
    {
        // A refusal is the same on every loop: it is about the command.
        Outcome = new CommandOutcome(
            outcome.Status == CommandStatus.Delivered ? Outcome.Status : outcome.Status,
            Outcome.Delivered + outcome.Delivered,
            Outcome.Count + outcome.Count,
            outcome.Error ?? Outcome.Error);
        if (rows is not null)
        {
            Rows.Clients.AddRange(rows.Clients);
            AddCounts(rows);
        }

        if (--_waiting > 0)
        {
            return false;
        }

        Finish();
        return true;
    }

    private void AddCounts(CommandResult rows)
    {
        if (named && !_first)
        {
            for (var i = 0; i < rows.Counts.Count; i++)
            {
                Add(Rows.Counts[i], rows.Counts[i]);
            }

            return;
        }

        foreach (var count in rows.Counts)
        {
            if (named || _byName.TryAdd(count.Name, count))
            {
                Rows.Counts.Add(count);
            }
            else
            {
                Add(_byName[count.Name], count);
            }
        }

        _first = false;
    }

    private static void Add(NamedCount sum, NamedCount part)
    {
        sum.Count += part.Count;
        sum.Connections.AddRange(part.Connections);
    }

    private void Finish()
    {
        if (named || kind is not (CommandKind.CountUids or CommandKind.ListGroups))
        {
            return;
        }

        // A uid or group may be on several loops: distinct ones count, not the sum.
        if (Rows.Counts.Count > 0)
        {
            Outcome = Outcome with { Count = (uint)Rows.Counts.Count };
        }

        if (kind == CommandKind.CountUids)
        {
            Rows.Counts.Clear();
        }
    }
}
