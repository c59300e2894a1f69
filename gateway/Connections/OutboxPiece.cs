namespace Portico.Gateway.Connections;

/// <summary>Bytes of an outbox that lie together.</summary>
internal struct OutboxPiece
{
    /// <summary>Where they are.</summary>
    public byte[] Array;

    /// <summary>First byte not yet sent.</summary>
    public int Start;

    /// <summary>End of the bytes.</summary>
    public int End;

    /// <summary>Whose array it is when it is shared; null: the outbox's own.</summary>
    public PreparedMessage? Owner;
}
