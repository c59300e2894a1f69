using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Gateway.Tests.Commands;

public sealed class CommandMergeTests
{
    private static CommandResult Counts(params (string Name, uint Count)[] counts)
    {
        var result = new CommandResult();
        result.Counts.AddRange(counts.Select(c => new NamedCount { Name = c.Name, Count = c.Count }));
        return result;
    }

    [Fact]
    public void Add_Sends_SumsAndSaysWhenAllHaveAnswered()
    {
        var merge = new CommandMerge(CommandKind.SendToAll, named: false, loops: 2);

        Assert.False(merge.Add(CommandOutcome.Done(3), null));
        Assert.True(merge.Add(CommandOutcome.Done(4), null));

        Assert.Equal(7u, merge.Outcome.Delivered);
    }

    [Fact]
    public void Add_NamedCounts_AreSummedInPlace()
    {
        var merge = new CommandMerge(CommandKind.CountClients, named: true, loops: 2);

        merge.Add(CommandOutcome.Counted(3), Counts(("b", 1), ("a", 2), ("b", 1)));
        merge.Add(CommandOutcome.Counted(1), Counts(("b", 0), ("a", 1), ("b", 0)));

        Assert.Equal(4u, merge.Outcome.Count);
        Assert.Equal([("b", 1u), ("a", 3u), ("b", 1u)], merge.Rows.Counts.Select(c => (c.Name, c.Count)));
    }

    [Fact]
    public void Add_DistinctUids_CountsEachOnce()
    {
        var merge = new CommandMerge(CommandKind.CountUids, named: false, loops: 3);

        merge.Add(CommandOutcome.Counted(2), Counts(("u", 1), ("v", 1)));
        merge.Add(CommandOutcome.Counted(0), null);
        merge.Add(CommandOutcome.Counted(2), Counts(("u", 5), ("w", 1)));

        Assert.Equal(3u, merge.Outcome.Count);
        Assert.Empty(merge.Rows.Counts);
    }

    [Fact]
    public void Add_Groups_AreUnited()
    {
        var merge = new CommandMerge(CommandKind.ListGroups, named: false, loops: 2);

        merge.Add(CommandOutcome.Counted(1), Counts(("g", 1)));
        merge.Add(CommandOutcome.Counted(2), Counts(("g", 2), ("h", 1)));

        Assert.Equal([("g", 3u), ("h", 1u)], merge.Rows.Counts.Select(c => (c.Name, c.Count)));
    }

    [Fact]
    public void Pages_ManyRows_AreCutAndTheLastHasTheOutcome()
    {
        var rows = new CommandResult();
        rows.Clients.AddRange(Enumerable.Range(1, 1000).Select(i => new ClientRow { Connection = (uint)i, Uid = $"user {i}" }));

        var pages = CommandResults.Pages(7, CommandOutcome.Counted(1000), rows, 2000);

        Assert.InRange(pages.Count, 6, 15);
        Assert.All(pages, page => Assert.InRange(page.CalculateSize(), 1, 2100));
        Assert.All(pages, page => Assert.Equal(7u, page.Id));
        Assert.All(pages.SkipLast(1), page => Assert.True(page.More));
        Assert.False(pages[^1].More);
        Assert.Equal(1000u, pages[^1].Count);
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (uint)i), pages.SelectMany(page => page.Clients).Select(row => row.Connection));
    }

    [Fact]
    public void Pages_NoRows_IsOne()
    {
        var page = Assert.Single(CommandResults.Pages(7, CommandOutcome.Refused("no"), new CommandResult(), 100));

        Assert.Equal((int)CommandStatus.Refused, (int)page.Status);
        Assert.Equal("no", page.Error);
    }
}
