using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;
using Portico.Hosting;
using Portico.Register.Hosting;

namespace Portico.Register.Registry;

/// <summary>The list over gRPC: <c>portico.register.v1.Register</c>.</summary>
internal sealed partial class RpcFace(
    GatewayRoll roll, RoleReports reports, RegisterOptions options, TimeProvider timeProvider, RepeatedWarnings warnings, ILogger<RpcFace> log)
{
    private const string Service = "/portico.register.v1.Register/";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        var calls = new RpcServerOptions
        {
            // The largest request is a report with faults in words.
            MaxReceiveMessageSize = RoleReports.LargestReport,
            SecretKey = options.SecretKey,
            OnRefusedKey = peer => warnings.Add(peer, "refused: it shows no SecretKey, or another one than this register's"),
            TimeProvider = timeProvider,
            OnFault = (path, fault) => HandlerFailed(log, path, fault),
        };
        endpoints.MapRpcDuplex(Service + "Announce", AnnounceAsync, calls);
        endpoints.MapRpcServerStreaming<WatchRequest>(Service + "Watch", WatchAsync, calls);
        endpoints.MapRpcUnary<RoleReport, ReportReply>(Service + "Report", (report, _) => Task.FromResult(Take(report)), calls);
        endpoints.MapRpcUnary<SurveyRequest, SurveyReply>(
            Service + "Survey", (_, _) => Task.FromResult(new SurveyReply { Roles = { reports.Recent() }, Conflicts = { roll.Conflicts } }), calls);
    }

    /// <summary>The stream is the lease: it ends with the stream, or when no renewal comes in time.</summary>
    private async Task AnnounceAsync(RpcServerCall call)
    {
        await call.StartAsync();
        if (await ReadInTimeAsync(call) is not { } first)
        {
            return;
        }

        if (!GatewayAddress.TryParse(first.Address, out var address))
        {
            throw new RpcException(RpcStatusCode.InvalidArgument, "address must be an IPv4 address and a port like 127.0.0.1:2900");
        }

        if (!Enum.IsDefined(first.Security))
        {
            throw new RpcException(RpcStatusCode.InvalidArgument, "security must be PLAIN, TLS or EITHER");
        }

        if (call.PeerAddress is { } from && !IsReachable(address, from))
        {
            throw new RpcException(
                RpcStatusCode.FailedPrecondition,
                $"{address} is a loopback address, and the gateway is on another machine ({from}): workers would look for it on their own machines");
        }

        using var lease = await roll.AddAsync(address, first.Epoch, first.Security, call.Peer, call.CancellationToken)
            ?? throw new RpcException(RpcStatusCode.AlreadyExists, $"another gateway that lives has announced {address}");
        do
        {
            lease.Renew();
            await call.WriteAsync(new AnnounceReply { Version = roll.Current.Version, LeaseMilliseconds = (uint)options.Lease.TotalMilliseconds });
        }
        while (await ReadInTimeAsync(call) is not null);
    }

    /// <summary>
    /// Whether others than the announcing machine can reach the address; a gateway whose register is on its own loopback may be on loopback, too.
    /// </summary>
    internal static bool IsReachable(GatewayAddress address, IPAddress from) =>
        !IPAddress.IsLoopback(address.ToEndPoint().Address)
            || IPAddress.IsLoopback(from)
            || (from.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(from.MapToIPv4()));

    private ReportReply Take(RoleReport report) => reports.TryAdd(report)
        ? new ReportReply()
        : throw new RpcException(RpcStatusCode.ResourceExhausted, "too many roles report to this register");

    private async Task WatchAsync(WatchRequest request, RpcServerCall call)
    {
        await call.StartAsync();
        var listing = roll.Current;
        while (true)
        {
            await call.WriteAsync(new WatchReply
            {
                Epoch = listing.Epoch,
                Version = listing.Version,
                Addresses = { listing.Addresses },
                Security = { listing.Security },
            });
            listing = await roll.NextAsync(listing.Version, call.CancellationToken);
        }
    }

    private async Task<AnnounceRequest?> ReadInTimeAsync(RpcServerCall call)
    {
        using var lease = new CancellationTokenSource(options.Lease, timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(lease.Token, call.CancellationToken);
        try
        {
            return await call.ReadAsync<AnnounceRequest>(both.Token);
        }
        catch (OperationCanceledException) when (lease.IsCancellationRequested && !call.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(RpcStatusCode.Aborted, "the lease was not renewed in time");
        }
    }

    [LoggerMessage(1012, LogLevel.Error, "{Path} failed")]
    private static partial void HandlerFailed(ILogger log, string path, Exception fault);
}
