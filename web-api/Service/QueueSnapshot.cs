namespace Portico.WebApi.Service;

/// <summary>The queue at a moment.</summary>
/// <param name="Waiting">The first that wait, head first.</param>
/// <param name="Length">All that wait.</param>
/// <param name="Absent">Those of them who have no connection.</param>
/// <param name="Left">Visitors who left before anybody answered.</param>
/// <param name="Held">All that agents have.</param>
/// <param name="Capacities">Of the agents who chose one.</param>
internal sealed record QueueSnapshot(List<CaseRow> Waiting, long Length, long Absent, long Left, List<CaseRow> Held, Dictionary<string, long> Capacities)
{
    /// <summary>Whether agents would be told the same.</summary>
    public bool Says(QueueSnapshot other) =>
        (Length, Absent, Left) == (other.Length, other.Absent, other.Left)
        && Waiting.Select(Told).SequenceEqual(other.Waiting.Select(Told))
        && Held.Select(Told).SequenceEqual(other.Held.Select(Told))
        && Capacities.Count == other.Capacities.Count
        && Capacities.All(entry => other.Capacities.TryGetValue(entry.Key, out var capacity) && capacity == entry.Value);

    private static (string Openid, string Agent, long Conversation, long SinceMs, long Unread, long? AwaySinceMs) Told(CaseRow row) =>
        (row.Openid, row.Agent, row.ConversationId, row.SinceMs, row.Unread, row.AwaySinceMs);
}
