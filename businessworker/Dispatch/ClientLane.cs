namespace Portico.BusinessWorker.Dispatch;

/// <summary>What waits for one client's callback that awaits. Locked by itself.</summary>
internal sealed class ClientLane
{
    /// <summary>In order.</summary>
    public Queue<ClientEvent> Waiting { get; } = new();

    /// <summary>A callback has not ended.</summary>
    public bool Busy { get; set; }

    /// <summary>The run through what waits.</summary>
    public Task Running { get; set; } = Task.CompletedTask;
}
