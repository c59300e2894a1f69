namespace Portico.WebApi.Hosting;

/// <summary>The queue of the customer service (section <c>Service</c>).</summary>
internal sealed record ServiceOptions
{
    /// <summary>Visitors that may wait. Default 1000: more than any team answers in an hour.</summary>
    public int QueueCapacity { get; init; } = 1000;

    /// <summary>Conversations of one agent, unless he says otherwise. Default 5, what a person can follow.</summary>
    public int AgentCapacity { get; init; } = 5;

    /// <summary>Seconds after which an agent who vanished gives his conversations back. Default 30: longer than a page takes to reload.</summary>
    public int LeaseSeconds { get; init; } = 30;

    /// <summary>Canned answers. Default none.</summary>
    public IReadOnlyList<CannedAnswer> Canned { get; init; } = [];
}
