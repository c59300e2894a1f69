using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;

namespace Portico.BusinessWorker.Links;

/// <summary>Follows every register; the union of their lists counts. A register that is away keeps its last list, since nobody's traffic may depend on it.</summary>
internal sealed partial class RegisterFollower(
    IReadOnlyList<string> addresses, string secretKey, TimeProvider clock, Action<IReadOnlyCollection<GatewayAddress>> changed, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<GatewayAddress>> _lists = new(StringComparer.Ordinal);

    /// <summary>Follows until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(addresses.Select(address => FollowAsync(address, cancellationToken)));

    [SuppressMessage("Design", "CA1031", Justification = "The link loop's border: the operator sees the log entry, and the register is asked again.")]
    private async Task FollowAsync(string address, CancellationToken cancellationToken)
    {
        using var channel = new RpcChannel(new Uri("http://" + address), new RpcChannelOptions { SecretKey = secretKey, TimeProvider = clock });
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var reply in channel.ServerStreamingAsync<WatchRequest, WatchReply>(
                    "/portico.register.v1.Register/Watch", new WatchRequest(), default, cancellationToken))
                {
                    Take(address, reply.Addresses);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                RegisterAway(log, address, fault.Message);
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Take(string register, IEnumerable<string> listed)
    {
        lock (_lock)
        {
            var gateways = new HashSet<GatewayAddress>();
            foreach (var text in listed)
            {
                if (GatewayAddress.TryParse(text, out var gateway))
                {
                    gateways.Add(gateway);
                }
            }

            _lists[register] = gateways;
            changed([.. _lists.Values.SelectMany(list => list).Distinct()]);
        }
    }

    [LoggerMessage(2010, LogLevel.Warning, "Register {Address} is away, the known gateways are kept: {Reason}")]
    private static partial void RegisterAway(ILogger log, string address, string reason);
}
