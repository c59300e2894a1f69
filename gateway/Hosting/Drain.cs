using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Hosting;

/// <summary>
/// Takes the gateway out of service when an administrator asks: no further client is admitted, existing connections are drained
/// gradually, so that the other gateways do not get all of them at once, and then the process ends as at SIGTERM.
/// </summary>
internal sealed partial class Drain(GatewayService gateway, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Drain> logger)
{
    /// <summary>Where it is called.</summary>
    public const string Path = "/portico.gateway.v1.Administration/Drain";

    private const uint MostSeconds = 3600;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ReplyTime = TimeSpan.FromSeconds(1);
    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private long _began;
    private TimeSpan _time;
    private Task? _draining;

    /// <summary>Begins, or sets another time, and tells the caller who is left until the gateway ends. Without the caller it goes on.</summary>
    public async Task RunAsync(DrainRequest request, RpcServerCall call)
    {
        if (request.Seconds > MostSeconds)
        {
            throw new RpcException(RpcStatusCode.InvalidArgument, $"seconds must be from 0 to {MostSeconds}, not {request.Seconds}");
        }

        Begin(TimeSpan.FromSeconds(request.Seconds));
        try
        {
            while (true)
            {
                await call.WriteAsync(new DrainReply { Clients = (uint)gateway.Clients });
                await Task.Delay(ReplyTime, clock, call.CancellationToken);
            }
        }
        catch (OperationCanceledException) when (gateway.StreamsEnd.IsCancellationRequested)
        {
            // The gateway ends, which is what the caller waits for.
        }
    }

    private void Begin(TimeSpan time)
    {
        lock (_gate)
        {
            (_began, _time) = (clock.GetTimestamp(), time);
            gateway.CloseListeners();
            LogDraining(gateway.Clients, time.TotalSeconds);
            _draining ??= LetGoAsync();
        }
    }

    private TimeSpan TimeLeft()
    {
        lock (_gate)
        {
            return _time - clock.GetElapsedTime(_began);
        }
    }

    private async Task LetGoAsync()
    {
        await Task.Yield();
        var stopping = lifetime.ApplicationStopping;
        while (gateway.Clients > 0 && TimeLeft() is { Ticks: > 0 } left && !stopping.IsCancellationRequested)
        {
            // The last turn belongs to the stop, which says goodbye to whoever is left.
            await gateway.CloseShareAsync((left.Ticks / Turn.Ticks) + 1);
            await Task.Delay(left < Turn ? left : Turn, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lifetime.StopApplication();
    }
}
