namespace Portico.WebApi.Hosting;

/// <summary>The queue of the customer service (section <c>Service</c>).</summary>
internal sealed record ServiceOptions
{
    /// <summary>Visitors that may wait, not counting those who have no connection. Default 1000: more than any team answers in an hour.</summary>
    public int QueueCapacity { get; init; } = 1000;

    /// <summary>Conversations of one agent, unless he says otherwise. Default 5, what a person can follow.</summary>
    public int AgentCapacity { get; init; } = 5;

    /// <summary>Seconds after which an agent who vanished gives his conversations back. Default 30: longer than a page takes to reload.</summary>
    public int LeaseSeconds { get; init; } = 30;

    /// <summary>Minutes after which a waiting visitor without a connection leaves the queue, 1 to 1440. Default 5: longer than a look into another app or a
    /// tunnel takes; an agent who takes him later finds nobody.</summary>
    public int AbsentMinutes { get; init; } = 5;

    /// <summary>Canned answers. Default none.</summary>
    public IReadOnlyList<CannedAnswer> Canned { get; init; } = [];
}
