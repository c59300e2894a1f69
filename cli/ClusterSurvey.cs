using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Rpc;

namespace Portico.Cli;

/// <summary>Asks every register for its gateways, and every gateway that any of them knows for its numbers, all at once and with one deadline.</summary>
/// <param name="settings">How they are called.</param>
internal sealed class ClusterSurvey(CallSettings settings)
{
    /// <summary>Asks; the answers are in the order of the registers, the gateways by address.</summary>
    public async Task<(RegisterAnswer[] Registers, GatewayReport[] Gateways)> RunAsync(IReadOnlyList<string> registers, CancellationToken cancellationToken)
    {
        var asked = await Task.WhenAll(registers.Select(register => AskRegisterAsync(register, cancellationToken)));
        var gateways = asked
            .SelectMany(one => one.Gateways)
            .GroupBy(gateway => gateway.Gateway)
            .Select(same => same.MinBy(gateway => gateway.Fault is null ? 0 : 1)!)
            .OrderBy(gateway => gateway.Gateway.ToString(), StringComparer.Ordinal)
            .ToArray();
        return ([.. asked.Select(one => one.Register)], gateways);
    }

    /// <summary>Asks every gateway that answered which places its workers serve; a gateway that does not know (an older one) has no rows.</summary>
    public async Task<IReadOnlyList<(GatewayAddress Gateway, IReadOnlyList<PlaceWorkers> Rows)>> PlacesAsync(
        IEnumerable<GatewayReport> gateways, CancellationToken cancellationToken) =>
        await Task.WhenAll(gateways
            .Where(gateway => gateway.Fault is null)
            .Select(async gateway => (gateway.Gateway, await PlacesAsync(gateway.Gateway, cancellationToken))));

    private async Task<IReadOnlyList<PlaceWorkers>> PlacesAsync(GatewayAddress gateway, CancellationToken cancellationToken)
    {
        var (address, _) = settings.Tls.Options.Read(gateway.ToString());
        using var channel = new RpcChannel(address!, settings.Channel());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(settings.Timeout);
        try
        {
            return await GatewayPlaces.AskAsync(channel, patience.Token);
        }
        catch (Exception fault) when (fault is RpcException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return [];
        }
    }

    private async Task<(RegisterAnswer Register, IReadOnlyList<GatewayReport> Gateways)> AskRegisterAsync(string register, CancellationToken cancellationToken)
    {
        var fault = new FirstFault();
        var watcher = new RegisterWatcher(new() { Registers = [register], SecretKey = settings.SecretKey, Tls = settings.Tls.Client, AllowPlain = settings.Tls.Options.MayCallPlain }, fault);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = watcher.RunAsync(stop.Token);
        try
        {
            // The state of this moment is asked for, so the first failure is the answer.
            var listed = watcher.NextAsync(0, stop.Token);
            if (await Task.WhenAny(listed, fault.Reason).WaitAsync(settings.Timeout, cancellationToken) == fault.Reason)
            {
                return (new RegisterAnswer(register, null, await fault.Reason), []);
            }

            _ = await listed;
            var survey = await RegisterSurvey.AskAsync(register, settings.Channel(), settings.Timeout, cancellationToken);
            using var directory = new GatewayDirectory(watcher, new() { Channel = settings.Channel() });

            // Gateways that are announced in this moment are counted and asked, or neither.
            var gateways = await GatewaySurvey.RunAsync(directory, settings.Timeout, cancellationToken);
            var addresses = gateways.Select(gateway => gateway.Gateway).ToList();
            return (new RegisterAnswer(register, addresses, null) { Roles = survey?.Roles, Conflicts = survey?.Conflicts ?? [] }, gateways);
        }
        catch (Grpc.Core.RpcException refused)
        {
            return (new RegisterAnswer(register, null, refused.Message), []);
        }
        catch (TimeoutException)
        {
            return (new RegisterAnswer(register, null, $"no answer within {settings.Timeout.TotalSeconds:0} s"), []);
        }
        finally
        {
            await stop.CancelAsync();
            await watching;
        }
    }
}
