namespace Portico.WebApi.Messages;

/// <summary>A message on its way in, from HTTP or from a worker.</summary>
internal sealed record SendCommand
{
    /// <summary>"shop" or "service".</summary>
    public required string Application { get; init; }

    /// <summary>The bound uid; in the service application a visitor's openid or an agent's name.</summary>
    public required string Sender { get; init; }

    /// <summary>A uid or the code of one; in the service application an openid, or empty for the agents.</summary>
    public required string Recipient { get; init; }

    /// <summary>1 text, 2 product card, 3 picture addresses.</summary>
    public required int Type { get; init; }

    /// <summary>The text; for 2 the product's id or an object with it, for 3 a JSON array.</summary>
    public required string Content { get; init; }

    /// <summary>Text and pictures in order (JSON) when they are mixed, with what old pages are shown instead.</summary>
    public string? Parts { get; init; }

    /// <summary>Goes with <see cref="Parts"/>.</summary>
    public string? Html { get; init; }

    /// <summary>What the caller asked for, when it is not what is stored (uploads get new names at each try); part of the fingerprint.</summary>
    public string? Asked { get; init; }

    /// <summary>The caller's own id of this message, or empty.</summary>
    public string ClientMsgId { get; init; } = "";

    /// <summary>Id of the event that brought it, or empty.</summary>
    public string EventId { get; init; } = "";

    /// <summary>The device it came from, which is not told of it again; or empty.</summary>
    public string SenderClientId { get; init; } = "";

    /// <summary>The last sequence that the sender had seen when he wrote; null: everything. Sending does not mark as read what he has not seen.</summary>
    public long? Seen { get; init; }

    /// <summary>Customer service: the sender knows the queue, so its rules hold for him.</summary>
    public bool ByQueue { get; init; }

    /// <summary>Whether a merchant may name a buyer by his uid: only a backend may, it knows all uids.</summary>
    public bool ByBackend { get; init; }
}
