namespace Portico.Contracts.GatewayWorker;

/// <summary>One inner packet: views of the bytes it was read from.</summary>
public readonly ref struct Packet
{
    /// <summary>The header.</summary>
    public PacketHeader Header { get; init; }

    /// <summary>Session bytes, a name, or JSON, by command.</summary>
    public ReadOnlySpan<byte> Ext { get; init; }

    /// <summary>The message.</summary>
    public ReadOnlySpan<byte> Body { get; init; }

    /// <summary>What it is.</summary>
    public PacketCommand Command => Header.Command;

    /// <summary>The body is the bytes themselves and not a serialized value.</summary>
    public bool HasScalarBody => (Header.Flags & PacketFlags.Scalar) != 0;

    /// <summary>Bytes of the whole packet.</summary>
    public int Length => PacketHeader.Length + Ext.Length + Body.Length;
}
