using Portico.Contracts.Link;

namespace Portico.Gateway.Connections;

/// <summary>Bytes of an outbox that lie together.</summary>
internal struct OutboxPiece
{
    /// <summary>Arrays up to this size stay with their outbox: the shared pool keeps too few small ones for a thousand clients answered in one turn.</summary>
    public const int LargestOwn = 4096;

    /// <summary>Where they are.</summary>
    public byte[] Array;

    /// <summary>First byte not yet sent.</summary>
    public int Start;

    /// <summary>End of the bytes.</summary>
    public int End;

    /// <summary>Whose array it is when it is shared; null: the outbox's own.</summary>
    public PreparedMessage? Owner;

    /// <summary>Bytes not yet sent.</summary>
    public readonly int Length => End - Start;

    /// <summary>Bytes that can be appended.</summary>
    public readonly int Free => Owner is null ? Array.Length - End : 0;

    /// <summary>Gives the array back to where it came from.</summary>
    public readonly void Release()
    {
        if (Owner is { } owner)
        {
            owner.ReleaseFrame();
        }
        else if (Array.Length > LargestOwn)
        {
            PooledBytes.Return(Array);
        }
    }
}
