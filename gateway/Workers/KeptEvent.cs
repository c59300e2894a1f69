using Portico.Contracts.Link;

namespace Portico.Gateway.Workers;

/// <summary>One event that was given to a link and is not acknowledged.</summary>
internal struct KeptEvent
{
    /// <summary>Whose; null once it is acknowledged.</summary>
    public ClientBinding? Client;

    /// <summary>Where its bytes are.</summary>
    public EventBlock Block;

    /// <summary>Which bytes of the block.</summary>
    public EventPlace Place;

    /// <summary>Its body when that went in parts.</summary>
    public LargeBody? Large;

    /// <summary>Bytes that it counts for; more than its own, so that many tiny ones are bounded too.</summary>
    public readonly int Cost => Place.Length + EventBlock.Overhead + (Large?.Span.Length ?? 0);
}
