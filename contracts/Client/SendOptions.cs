using Portico.Contracts.Ids;

namespace Portico.Client;

/// <summary>How a message is sent, and to whom not.</summary>
public readonly record struct SendOptions
{
    /// <summary>WebSocket clients get a binary frame.</summary>
    public bool Binary { get; init; }

    /// <summary>The bytes go to the socket as they are, without a frame.</summary>
    public bool Raw { get; init; }

    /// <summary>Clients that do not get it, wherever they are; null: none. Not for a send to one client.</summary>
    public IReadOnlyCollection<ClientId>? Exclude { get; init; }

    /// <summary>Only clients that negotiated this subprotocol; null or empty: all.</summary>
    public string? Subprotocol { get; init; }

    /// <summary>Only clients that did not negotiate <see cref="Subprotocol"/>.</summary>
    public bool ExceptSubprotocol { get; init; }

    /// <summary>Sends to uids, groups and all: only this gateway is asked; null: every one that is known.</summary>
    public GatewayAddress? Gateway { get; init; }

    /// <summary>
    /// Sends to uids and groups: names the send, so that a gateway which has carried it out in the last 60 s does not do it again; 0 for none. Gateways of
    /// GatewayWorker do not know it.
    /// </summary>
    public ulong Push { get; init; }

    /// <summary>
    /// How long ago a repeated <see cref="Push"/> was first due, to the millisecond: only clients bound before that get it. Zero: every client.
    /// </summary>
    public TimeSpan PushAge { get; init; }
}
