using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// The way to the gateway of a client, as its context sees it. Everything is done in the order of the calls. A task that is not yet complete
/// says that the link is behind; what was given is taken all the same.
/// </summary>
internal interface IClientLink
{
    /// <summary>The gateway's inner address.</summary>
    GatewayAddress Gateway { get; }

    /// <summary>Random per start of the gateway.</summary>
    ulong Epoch { get; }

    /// <summary>
    /// How much was posted so far. What an event says of the client's state counts only when it was asked for after the last change of this worker's;
    /// 0 on links
    /// whose gateway tells nothing but what others changed.
    /// </summary>
    ulong Posted => 0;

    /// <summary>A message to the client.</summary>
    ValueTask SendAsync(uint connection, ReadOnlySpan<byte> message, bool binary);

    /// <summary>Ends the client after what waits for it and the last message, if any, were sent.</summary>
    ValueTask CloseAsync(uint connection, CloseReason reason, ReadOnlySpan<byte> lastMessage, bool hasLastMessage);

    /// <summary>Replaces the client's session.</summary>
    ValueTask SetSessionAsync(uint connection, ReadOnlySpan<byte> session);

    /// <summary>Binds the client to a uid.</summary>
    ValueTask BindUidAsync(uint connection, string uid);

    /// <summary>Takes the client's uid away.</summary>
    ValueTask UnbindUidAsync(uint connection);

    /// <summary>Puts the client into a group.</summary>
    ValueTask JoinGroupAsync(uint connection, string group);

    /// <summary>Takes the client out of a group.</summary>
    ValueTask LeaveGroupAsync(uint connection, string group);
}
