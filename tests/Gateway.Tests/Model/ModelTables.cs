namespace Portico.Gateway.Tests.Model;

/// <summary>Who is there, by uid and by group, kept as simply as can be.</summary>
internal sealed class ModelTables
{
    public List<ModelPeer> Live { get; } = [];

    public Dictionary<string, List<ModelPeer>> Uids { get; } = [];

    public Dictionary<string, List<ModelPeer>> Groups { get; } = [];

    public void Join(ModelPeer peer, string group)
    {
        peer.Groups.Add(group);
        Add(Groups, group, peer);
    }

    public bool Leave(ModelPeer peer, string group)
    {
        Remove(Groups, group, peer);
        return peer.Groups.Remove(group);
    }

    public uint Ungroup(string group)
    {
        if (!Groups.Remove(group, out var members))
        {
            return 0;
        }

        members.ForEach(member => member.Groups.Remove(group));
        return (uint)members.Count;
    }

    public bool Bind(ModelPeer peer, string uid)
    {
        if (peer.Uid == uid)
        {
            return false;
        }

        Unbind(peer);
        peer.Uid = uid;
        Add(Uids, uid, peer);
        return true;
    }

    public bool Unbind(ModelPeer peer)
    {
        if (peer.Uid is not { } uid)
        {
            return false;
        }

        Remove(Uids, uid, peer);
        peer.Uid = null;
        return true;
    }

    public void End(ModelPeer peer)
    {
        Unbind(peer);
        peer.Groups.ForEach(group => Remove(Groups, group, peer));
        Live.Remove(peer);
    }

    private static void Add(Dictionary<string, List<ModelPeer>> index, string name, ModelPeer peer)
    {
        if (!index.TryGetValue(name, out var list))
        {
            index.Add(name, list = []);
        }

        list.Add(peer);
    }

    private static void Remove(Dictionary<string, List<ModelPeer>> index, string name, ModelPeer peer)
    {
        if (index.TryGetValue(name, out var list) && list.Remove(peer) && list.Count == 0)
        {
            index.Remove(name);
        }
    }
}
