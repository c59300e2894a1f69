using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>Events that wait to be handed out, as the packets they came in.</summary>
internal sealed class PacketBatch : IDisposable
{
    private const int KeptCapacity = 256 * 1024;

    private readonly LinkBuffer _bytes = new();
    private readonly List<(int Start, int Length)> _packets = [];

    /// <summary>Packets in it.</summary>
    public int Count => _packets.Count;

    /// <summary>Bytes in it.</summary>
    public int Bytes => _bytes.Length;

    /// <summary>Adds a packet; false when it is none. A PING is passed over.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        if (PacketCodec.TryRead(bytes, out var packet) != PacketStatus.Complete)
        {
            return false;
        }

        if (packet.Command is PacketCommand.OnConnect or PacketCommand.OnWebSocketConnect or PacketCommand.OnMessage or PacketCommand.OnClose)
        {
            _packets.Add((_bytes.Length, bytes.Length));
            _bytes.Append(bytes);
        }

        return true;
    }

    /// <summary>One of the packets.</summary>
    public Packet this[int index]
    {
        get
        {
            var (start, length) = _packets[index];
            _ = PacketCodec.TryRead(_bytes.WrittenSpan.Slice(start, length), out var packet);
            return packet;
        }
    }

    /// <summary>They were handed out.</summary>
    public void Clear()
    {
        _packets.Clear();
        _bytes.Clear(KeptCapacity);
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
