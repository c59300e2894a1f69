namespace Portico.WebApi.Service;

/// <summary>The queue at a moment.</summary>
/// <param name="Waiting">The first that wait, head first.</param>
/// <param name="Length">All that wait.</param>
/// <param name="Held">All that agents have.</param>
/// <param name="Capacities">Of the agents who chose one.</param>
internal sealed record QueueSnapshot(List<CaseRow> Waiting, long Length, List<CaseRow> Held, Dictionary<string, long> Capacities);
