using System.Text;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Tests.Connections;

namespace Portico.Gateway.Tests.Commands;

/// <summary>What a loop's tables should hold, kept as simply as can be, and compared with what they do hold.</summary>
internal sealed class LoopModel(LoopHarness loop, LoopCommands commands)
{
    public List<ModelClient> Live { get; } = [];

    public List<ModelClient> Gone { get; } = [];

    public Dictionary<string, List<ModelClient>> Uids { get; } = [];

    public Dictionary<string, List<ModelClient>> Groups { get; } = [];

    public void Unbind(ModelClient client)
    {
        if (client.Uid is { } uid)
        {
            Remove(Uids, uid, client);
            client.Uid = null;
        }
    }

    public void End(ModelClient client, bool cutOff)
    {
        client.CutOff = cutOff;
        Unbind(client);
        client.Groups.ForEach(group => Remove(Groups, group, client));
        Live.Remove(client);
        Gone.Add(client);
    }

    public static void Add(Dictionary<string, List<ModelClient>> index, string name, ModelClient client)
    {
        if (!index.TryGetValue(name, out var list))
        {
            index.Add(name, list = []);
        }

        list.Add(client);
    }

    public static void Remove(Dictionary<string, List<ModelClient>> index, string name, ModelClient client)
    {
        if (index.TryGetValue(name, out var list) && list.Remove(client) && list.Count == 0)
        {
            index.Remove(name);
        }
    }

    public void Compare()
    {
        var rows = new CommandResult();
        commands.Execute(new CommandView { Kind = CommandKind.Select, Id = 1, Select = new Select { All = true, Uid = true, Groups = true } }, rows);
        Assert.Equal(Live.Select(client => client.Client.Id), rows.Clients.Select(row => row.Connection));
        for (var i = 0; i < Live.Count; i++)
        {
            Assert.Equal(Live[i].Uid, rows.Clients[i].HasUid ? rows.Clients[i].Uid : null);
            Assert.Equal(Live[i].Groups, rows.Clients[i].Groups);
            Assert.Equal(Live[i].EverInGroup, rows.Clients[i].EverInGroup);
        }

        foreach (var (group, members) in Groups)
        {
            rows = new CommandResult();
            commands.Execute(new CommandView { Kind = CommandKind.Select, Id = 1, Select = new Select { InGroups = { group } } }, rows);
            Assert.Equal(members.Select(client => client.Client.Id), rows.Clients.Select(row => row.Connection));
        }

        foreach (var (uid, bound) in Uids)
        {
            rows = new CommandResult();
            commands.Execute(new CommandView { Kind = CommandKind.ClientsByUid, Id = 1, Name = Encoding.UTF8.GetBytes(uid) }, rows);
            Assert.Equal(bound.Select(client => client.Client.Id), rows.Counts[0].Connections);
        }

        Assert.Equal((Groups.Count, Uids.Count), (loop.Clients.Groups.Count, loop.Clients.Uids.Count));
        Live.ForEach(client => client.CheckPrefix());
        Gone.ForEach(client => client.CheckPrefix());
    }

    public void Finish()
    {
        Live.ForEach(client => client.Socket.MakeRoom());
        Gone.ForEach(client => client.Socket.MakeRoom());
        loop.Turn();
        Live.ForEach(client => client.Socket.MakeRoom());
        loop.Turn();
        Compare();
        Live.ForEach(client => client.CheckAll());
        Gone.ForEach(client => client.CheckAll());

        loop.Clients.DestroyAll(default);
        loop.Turn();
        Assert.Equal((0, 0, 0, 0), (loop.Clients.Table.Count, loop.Clients.Leaving.Count, loop.Clients.Groups.Count, loop.Clients.Uids.Count));
        Assert.Equal((loop.Clients.Counters.Accepted, 0), (loop.Clients.Counters.Closed, loop.Clients.Messages.InUse));
        Assert.All(Live.Concat(Gone), client => Assert.True(client.Socket.IsClosed));
        foreach (var told in loop.Events.Lines.GroupBy(line => line[..line.IndexOf(' ', StringComparison.Ordinal)]))
        {
            Assert.EndsWith("connect", told.First(), StringComparison.Ordinal);
            Assert.Single(told, line => line.Contains(" close ", StringComparison.Ordinal));
            Assert.Contains(" close ", told.Last(), StringComparison.Ordinal);
        }
    }
}
