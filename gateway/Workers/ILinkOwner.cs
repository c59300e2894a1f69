namespace Portico.Gateway.Workers;

/// <summary>What a link tells the loop it belongs to. On the loop's thread.</summary>
internal interface ILinkOwner
{
    /// <summary>A link that was full has room.</summary>
    void RoomAgain(IWorkerLink link);

    /// <summary>The link ended, for whatever reason; its clients and unacknowledged events go elsewhere.</summary>
    void LinkEnded(IWorkerLink link, string why);

    /// <summary>One event of an ended link that nobody acknowledged, in order (<see cref="IWorkerLink.TakeBack"/>).</summary>
    void Redeliver(in WorkerEvent lost);

    /// <summary>The last event of a client on a leaving link, or of one with a suspicion, is acknowledged.</summary>
    void ClientIdle(ClientBinding client);
}
