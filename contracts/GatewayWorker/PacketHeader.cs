using System.Buffers.Binary;

namespace Portico.Contracts.GatewayWorker;

/// <summary>
/// The 28 bytes before an inner packet's ext data and body, without the two lengths (GatewayWorker protocol 2.1). Towards a
/// gateway every address field but <see cref="ConnectionId"/> is 0.
/// </summary>
public readonly record struct PacketHeader
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 28;

    private const int ExtLengthOffset = 24;

    /// <summary>What it is.</summary>
    public PacketCommand Command { get; init; }

    /// <summary>The gateway's IPv4 address as in client ids.</summary>
    public uint LocalIp { get; init; }

    /// <summary>The gateway's inner port.</summary>
    public ushort LocalPort { get; init; }

    /// <summary>The client's IPv4 address; 0 for IPv6.</summary>
    public uint ClientIp { get; init; }

    /// <summary>The client's port.</summary>
    public ushort ClientPort { get; init; }

    /// <summary>The client's connection number in the gateway.</summary>
    public uint ConnectionId { get; init; }

    /// <summary>How the body is to be read.</summary>
    public PacketFlags Flags { get; init; }

    /// <summary>The public port that the client came in by.</summary>
    public ushort GatewayPort { get; init; }

    internal static PacketHeader Read(ReadOnlySpan<byte> bytes, out uint packetLength, out uint extLength)
    {
        packetLength = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        extLength = BinaryPrimitives.ReadUInt32BigEndian(bytes[ExtLengthOffset..]);
        return new PacketHeader
        {
            Command = (PacketCommand)bytes[4],
            LocalIp = BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]),
            LocalPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[9..]),
            ClientIp = BinaryPrimitives.ReadUInt32BigEndian(bytes[11..]),
            ClientPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[15..]),
            ConnectionId = BinaryPrimitives.ReadUInt32BigEndian(bytes[17..]),
            Flags = (PacketFlags)bytes[21],
            GatewayPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[22..]),
        };
    }

    internal void Write(Span<byte> bytes, int extLength, int bodyLength)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes, Length + extLength + bodyLength);
        bytes[4] = (byte)Command;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[5..], LocalIp);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[9..], LocalPort);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[11..], ClientIp);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[15..], ClientPort);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[17..], ConnectionId);
        bytes[21] = (byte)Flags;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[22..], GatewayPort);
        BinaryPrimitives.WriteInt32BigEndian(bytes[ExtLengthOffset..], extLength);
    }
}
