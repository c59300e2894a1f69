using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Commands;

/// <summary>An answer as messages for a link: one, or several with <c>more</c> when the rows are many.</summary>
internal static class CommandResults
{
    /// <summary>
    /// Writes the outcome into the rows' message and cuts it into messages of about <paramref name="mostBytes"/> at most (a single row may be
    /// larger).
    /// </summary>
    public static IReadOnlyList<CommandResult> Pages(ulong id, CommandOutcome outcome, CommandResult rows, int mostBytes)
    {
        var last = new CommandResult();
        var pages = new List<CommandResult> { last };
        var size = 0;
        foreach (var client in rows.Clients)
        {
            last = Next(pages, last, client.CalculateSize(), ref size, mostBytes);
            last.Clients.Add(client);
        }

        foreach (var count in rows.Counts)
        {
            last = Next(pages, last, count.CalculateSize(), ref size, mostBytes);
            last.Counts.Add(count);
        }

        foreach (var page in pages)
        {
            page.Id = id;
            page.More = true;
            page.Status = (CommandStatus)(int)outcome.Status;
        }

        last.More = false;
        last.Delivered = outcome.Delivered;
        last.Count = outcome.Count;
        last.Error = outcome.Error ?? "";
        return pages;
    }

    private static CommandResult Next(List<CommandResult> pages, CommandResult last, int bytes, ref int size, int mostBytes)
    {
        if (size > 0 && size + bytes > mostBytes)
        {
            last = new CommandResult();
            pages.Add(last);
            size = 0;
        }

        // Tag and length of the row.
        size += bytes + 6;
        return last;
    }
}
