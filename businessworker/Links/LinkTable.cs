using Portico.BusinessWorker.Links.GatewayWorker;
using Portico.Contracts.Ids;

namespace Portico.BusinessWorker.Links;

/// <summary>The links that stand. Reading takes no lock: each change makes a new picture.</summary>
internal sealed class LinkTable
{
    private readonly Lock _lock = new();
    private Picture _picture = new([], [], []);

    /// <summary>Every link of every gateway.</summary>
    public ReadOnlySpan<GatewayLink> All => Volatile.Read(ref _picture).All;

    /// <summary>Every link in GatewayWorker's protocol.</summary>
    public ReadOnlySpan<PacketLink> Packets => Volatile.Read(ref _picture).Packets;

    /// <summary>The link in GatewayWorker's protocol to a gateway; null when there is none.</summary>
    public PacketLink? FindPackets(GatewayAddress gateway) => Array.Find(Volatile.Read(ref _picture).Packets, link => link.Gateway == gateway);

    /// <summary>The link that serves a client; null when it does not stand.</summary>
    public GatewayLink? Find(ClientId client) => Volatile.Read(ref _picture).Find(client);

    /// <summary>
    /// Every gateway that a register lists or that has a link. One without a link may hold clients as well, so a question to all gateways is not
    /// answered completely without it.
    /// </summary>
    public IReadOnlyList<GatewayAddress> Gateways => Volatile.Read(ref _picture).Gateways;

    /// <summary>The links to a gateway by loop; null where none stands, empty for an unknown gateway.</summary>
    public GatewayLink?[] Loops(GatewayAddress gateway) => Volatile.Read(ref _picture).Loops(gateway);

    /// <summary>Whether a link to the gateway stands.</summary>
    public bool IsLinked(GatewayAddress gateway) => Array.Exists(Loops(gateway), static link => link is not null) || FindPackets(gateway) is not null;

    /// <summary>Whether gateways are listed and every one of them has all of its links.</summary>
    public bool IsComplete
    {
        get
        {
            var picture = Volatile.Read(ref _picture);
            foreach (var gateway in picture.Listed)
            {
                var loops = picture.Loops(gateway);
                if ((loops.Length == 0 || Array.Exists(loops, static link => link is null)) && FindPackets(gateway) is null)
                {
                    return false;
                }
            }

            return picture.Listed.Count > 0;
        }
    }

    /// <summary>The gateways that the registers list now.</summary>
    public void SetListed(IReadOnlyList<GatewayAddress> gateways)
    {
        lock (_lock)
        {
            Volatile.Write(ref _picture, new Picture(_picture.Entries, _picture.Packets, gateways));
        }
    }

    public void Add(GatewayLink link, uint loopCount)
    {
        lock (_lock)
        {
            Volatile.Write(ref _picture, new Picture([.. _picture.Entries, (link, loopCount)], _picture.Packets, _picture.Listed));
        }
    }

    public void Remove(GatewayLink link)
    {
        lock (_lock)
        {
            Volatile.Write(ref _picture, new Picture([.. _picture.Entries.Where(entry => entry.Link != link)], _picture.Packets, _picture.Listed));
        }
    }

    public void Add(PacketLink link)
    {
        lock (_lock)
        {
            Volatile.Write(ref _picture, new Picture(_picture.Entries, [.. _picture.Packets, link], _picture.Listed));
        }
    }

    public void Remove(PacketLink link)
    {
        lock (_lock)
        {
            Volatile.Write(ref _picture, new Picture(_picture.Entries, [.. _picture.Packets.Where(other => other != link)], _picture.Listed));
        }
    }

    private sealed class Picture
    {
        private readonly Dictionary<GatewayAddress, GatewayLink?[]> _byGateway = [];

        public Picture((GatewayLink Link, uint LoopCount)[] entries, PacketLink[] packets, IReadOnlyList<GatewayAddress> listed)
        {
            Listed = listed;
            Entries = entries;
            Packets = packets;
            All = [.. entries.Select(entry => entry.Link)];
            Gateways = [.. entries.Select(entry => entry.Link.Gateway).Concat(packets.Select(link => link.Gateway)).Concat(listed).Distinct()];
            foreach (var (link, loopCount) in entries)
            {
                // A gateway that came back with another number of loops: the newest answer counts.
                if (!_byGateway.TryGetValue(link.Gateway, out var loops) || loops.Length != loopCount)
                {
                    loops = new GatewayLink?[loopCount];
                    _byGateway[link.Gateway] = loops;
                }

                if (link.Loop < loopCount)
                {
                    loops[link.Loop] = link;
                }
            }
        }

        public (GatewayLink Link, uint LoopCount)[] Entries { get; }

        public GatewayLink[] All { get; }

        public PacketLink[] Packets { get; }

        public IReadOnlyList<GatewayAddress> Listed { get; }

        public GatewayAddress[] Gateways { get; }

        public GatewayLink?[] Loops(GatewayAddress gateway) => _byGateway.GetValueOrDefault(gateway) ?? [];

        public GatewayLink? Find(ClientId client) =>
            _byGateway.TryGetValue(client.Gateway, out var loops) ? loops[client.ConnectionId % (uint)loops.Length] : null;
    }
}
