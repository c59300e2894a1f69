using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client;

/// <summary>Asks every gateway what it holds, all at once and each with the same deadline: what an administrator looks at. Thread-safe.</summary>
public static class GatewaySurvey
{
    /// <summary>Asks the gateways known now.</summary>
    /// <param name="gateways">The road to them.</param>
    /// <param name="timeout">For each answer; who misses it is reported with a fault.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A report for each gateway, by address.</returns>
    public static async Task<IReadOnlyList<GatewayReport>> RunAsync(IGatewayCommands gateways, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var reports = await Task.WhenAll(gateways.Gateways.Select(gateway => AskAsync(gateways, gateway, timeout, cancellationToken)));
        return [.. reports.OrderBy(report => report.Gateway.ToString(), StringComparer.Ordinal)];
    }

    private static async Task<GatewayReport> AskAsync(IGatewayCommands gateways, GatewayAddress gateway, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            gateways.ExecuteAsync(gateway, new Command { Kind = CommandKind.CountClients }, timeout, cancellationToken),
            gateways.ExecuteAsync(gateway, new Command { Kind = CommandKind.CountUids }, timeout, cancellationToken),
            gateways.ExecuteAsync(gateway, new Command { Kind = CommandKind.ListGroups }, timeout, cancellationToken));
        var failed = Array.Find(answers, answer => answer.Status != CommandStatus.Delivered);
        return failed is null
            ? new GatewayReport(gateway, answers[0].Count, answers[1].Count, answers[2].Counts.Count, null)
            : new GatewayReport(gateway, 0, 0, 0, failed.Error ?? failed.Status.ToString());
    }
}
