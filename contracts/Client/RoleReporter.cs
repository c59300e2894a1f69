using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;
using RegisterClient = Portico.Contracts.Protos.Register.Register.RegisterClient;
using RpcException = Grpc.Core.RpcException;

namespace Portico.Client;

/// <summary>
/// Tells the registers how a role is, at once and every <see cref="Interval"/>, so that an administrator sees it (<see cref="RegisterSurvey"/>).
/// </summary>
/// <param name="registers">The registers; GatewayWorker's are left out.</param>
/// <param name="options">How they are called.</param>
/// <param name="look">Looks how the role is.</param>
public sealed class RoleReporter(IReadOnlyList<string> registers, RpcChannelOptions options, Func<CancellationToken, Task<RoleStatus>> look)
{
    /// <summary>Between two reports; a register keeps one for three times as long.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int MostFaults = 20;
    private const int LongestFault = 400;

    /// <summary>Reports until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var channels = registers
            .Where(register => !register.StartsWith(RegisterWatcherOptions.GatewayWorkerScheme, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)
            .Select(register => new RpcCalls(RpcRegisterSource.UriOf(register), options)).ToList();
        try
        {
            using var timer = new PeriodicTimer(Interval, options.TimeProvider);
            do
            {
                var report = Write(await look(cancellationToken));
                await Task.WhenAll(channels.Select(channel => SendAsync(channel, report, cancellationToken)));
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The role stops.
            return;
        }
        finally
        {
            channels.ForEach(channel => channel.Dispose());
        }
    }

    private async Task SendAsync(RpcCalls channel, RoleReport report, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Interval, options.TimeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await new RegisterClient(channel.Invoker).ReportAsync(report, cancellationToken: ending.Token);
        }
        catch (RpcException)
        {
            // The register is away, which its watcher logs, or an older one; the next report is tried again.
        }
    }

    private static RoleReport Write(RoleStatus status) => new()
    {
        Role = status.Role,
        Name = status.Name,
        Process = status.Process,
        Instance = status.Instance,
        Faults = { status.Faults.Take(MostFaults).Select(fault => fault.Length > LongestFault ? fault[..LongestFault] : fault) },
        Fingerprints = { status.Fingerprints.Select(one => new Fingerprint { Secret = one.Key, Values = { one.Value } }) },
        Modules = { status.Modules },
    };
}
