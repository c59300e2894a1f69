namespace Portico.Contracts.GatewayWorker;

/// <summary>What the bytes at hand are.</summary>
public enum PacketStatus
{
    /// <summary>A whole packet was read.</summary>
    Complete = 0,

    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>No packet can start like this: a length below the header or over the limit, or ext data longer than the packet.</summary>
    Invalid,
}
