using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.BusinessWorker.Links;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Rpc;
using Portico.Hosting.Tls;

namespace Portico.BusinessWorker.Hosting;

/// <summary>
/// Looks every few seconds whether this worker reaches what its messages need, the message log and the gateways, and tells the registers, so that
/// <c>portico doctor</c> sees it: no other process can try a worker's own paths.
/// </summary>
internal sealed partial class WorkerReports(
    BusinessWorkerOptions options, MessageLogClient messageLog, LinkTable links, RegisterWatcher registers, InnerTls tls, TimeProvider clock,
    ILogger<WorkerReports> log) : BackgroundService
{
    // These modules send every message through the log; others may do without it.
    private static readonly string[] StoringModules = ["shop", "service"];

    private readonly ulong _instance = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
    private HashSet<GatewayAddress> _withoutLink = [];
    private string? _logFault;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new RoleReporter(
        options.RegisterAddresses,
        new RpcChannelOptions { SecretKey = options.SecretKey, Tls = tls.Client, AllowPlain = options.Tls.MayCallPlain, TimeProvider = clock },
        LookAsync).RunAsync(stoppingToken);

    private async Task<RoleStatus> LookAsync(CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        if (options.Events.Any(entry => StoringModules.Contains(entry.Name, StringComparer.OrdinalIgnoreCase)))
        {
            NoteLog(await messageLog.CheckAsync(cancellationToken));
            if (_logFault is { } fault)
            {
                faults.Add($"cannot store messages: the message log at {options.MessageLogNames} (BusinessWorker:MessageLog) says: {fault}");
            }
        }

        // A gateway that has just come is no fault: only one without a link twice in a row is.
        HashSet<GatewayAddress> withoutLink = [.. registers.Current.Addresses.Where(gateway => !links.IsLinked(gateway))];
        faults.AddRange(withoutLink.Where(_withoutLink.Contains).Select(gateway => $"has no link to gateway {gateway}, which the registers list"));
        _withoutLink = withoutLink;
        return new RoleStatus
        {
            Role = "businessworker",
            Name = options.Name,
            Instance = _instance,
            Faults = faults,
            Fingerprints = new Dictionary<string, IReadOnlyList<string>> { ["TokenSecret"] = options.TokenSecretFingerprints },
            Modules = [.. options.Events.Select(entry => $"{entry.Name}={entry.Place}")],
        };
    }

    private void NoteLog(string? fault)
    {
        if (fault is not null && _logFault is null)
        {
            LogAway(options.MessageLogNames, fault);
        }
        else if (fault is null && _logFault is not null)
        {
            LogBack(options.MessageLogNames);
        }

        _logFault = fault;
    }

    [LoggerMessage(2310, LogLevel.Warning, "No message can be stored: the message log at {Address} (BusinessWorker:MessageLog) cannot be used: {Reason}")]
    private partial void LogAway(string address, string reason);

    [LoggerMessage(2311, LogLevel.Information, "The message log at {Address} can be used again")]
    private partial void LogBack(string address);
}
