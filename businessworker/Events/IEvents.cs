using System.Diagnostics.CodeAnalysis;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// What an application does when something happens to its clients: one instance for each place it is listed at. Callbacks of one client come
/// one after the other and in order; those of different clients at the same time. A callback that ends without awaiting costs
/// nothing extra; one that awaits delays only its own client. What it throws is logged, and the client stays,
/// unless <see cref="OnConnect"/> or <see cref="OnWebSocketConnect"/> threw it: then the client is closed (1011), since it is not known whom it was let in as.
/// An event that another worker may have handled already comes again with <see cref="ClientContext.Redelivered"/>: use
/// <see cref="ClientContext.EventId"/> as the key of what must happen once.
/// </summary>
[SuppressMessage("Usage", "VSTHRD200", Justification = "The callbacks have the names they have had in GatewayWorker for ten years.")]
public interface IEvents
{
    /// <summary>The worker starts; no gateway is connected yet.</summary>
    ValueTask OnWorkerStart(WorkerServices worker) => default;

    /// <summary>A client came: on text and frame listeners at accept, on WebSocket listeners just before <see cref="OnWebSocketConnect"/>.</summary>
    ValueTask OnConnect(ClientContext client) => default;

    /// <summary>A WebSocket client's handshake is valid; <see cref="ClientContext.Handshake"/> has it.</summary>
    ValueTask OnWebSocketConnect(ClientContext client) => default;

    /// <summary>A client sent a message.</summary>
    ValueTask OnMessage(ClientContext client, ClientMessage message);

    /// <summary>A client is gone; it can be sent nothing any more, and changes of its session are not kept.</summary>
    ValueTask OnClose(ClientContext client) => default;

    /// <summary>The worker stops, after its last event.</summary>
    ValueTask OnWorkerStop(WorkerServices worker) => default;
}
