using System.Diagnostics.Metrics;

namespace Portico.BusinessWorker.Events;

/// <summary>What modules count.</summary>
internal static class ModuleMetrics
{
    private static readonly Meter Meter = new("portico.businessworker");

    private static readonly Counter<long> RefusedMessages =
        Meter.CreateCounter<long>("portico.businessworker.refused", description: "Messages of clients that were wrong, by module and reason.");

    /// <summary>A client's message was wrong; both words are from closed sets.</summary>
    public static void Refused(string module, string code) =>
        RefusedMessages.Add(1, new KeyValuePair<string, object?>("module", module), new KeyValuePair<string, object?>("code", code));
}
