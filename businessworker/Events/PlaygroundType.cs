namespace Portico.BusinessWorker.Events;

/// <summary>What a playground message asks for.</summary>
internal enum PlaygroundType : byte
{
    /// <summary>Nothing that is known: it is echoed.</summary>
    Other,
    Handshake,
    Bind,
    Join,
    Send,
    Broadcast,
    Group,
}
