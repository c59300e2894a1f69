using System.Diagnostics.CodeAnalysis;
using Portico.Contracts.Ids;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.BusinessWorker.Links;

/// <summary>
/// One gateway as this worker sees it: a stream to each of its loops, made again when it ends, for as long as the register lists the gateway. A stream
/// that works is never ended because an address vanished from a list.
/// </summary>
internal sealed partial class GatewayPeer : IGatewayPeer, ILinkOwner
{
    // The first pause; it doubles up to the option.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly GatewayPeerSettings _settings;
    private readonly RpcChannel _channel;
    private readonly CancellationToken _cancellationToken;
    private readonly Lock _lock = new();
    private readonly List<GatewayLink> _links = [];
    private readonly List<Task> _keepers = [];
    private int _attached;
    private bool _listed = true;
    private bool _leaving;
    private bool _left;

    public GatewayPeer(GatewayAddress address, Uri uri, GatewayPeerSettings settings, CancellationToken cancellationToken)
    {
        Address = address;
        _settings = settings;
        _cancellationToken = cancellationToken;
        var limits = settings.Options;
        _channel = new RpcChannel(
            uri,
            new RpcChannelOptions
            {
                SecretKey = settings.SecretKey,
                MaxReceiveMessageSize = limits.MessageBytes,
                Tls = settings.Tls,
                AllowPlain = settings.AllowPlain,
                TimeProvider = settings.Clock,
            });
    }

    /// <inheritdoc/>
    public GatewayAddress Address { get; }

    /// <inheritdoc/>
    public bool IsGatewayWorker => false;

    /// <inheritdoc/>
    public bool IsOverTls => _channel.Address.Scheme == Uri.UriSchemeHttps;

    /// <inheritdoc/>
    public void SetListed(bool listed) => Volatile.Write(ref _listed, listed);

    /// <inheritdoc/>
    public async Task RunAsync()
    {
        // Listed again while the last streams ended: begin anew.
        do
        {
            await KeepAsync(0);
            List<Task> others;
            lock (_lock)
            {
                others = [.. _keepers];
            }

            await Task.WhenAll(others);
            lock (_lock)
            {
                _keepers.Clear();
            }
        }
        while (MayGoOn());
    }

    /// <inheritdoc/>
    public void Leave()
    {
        List<GatewayLink> links;
        lock (_lock)
        {
            _leaving = true;
            links = [.. _links];
        }

        foreach (var link in links)
        {
            link.Leave();
        }
    }

    /// <inheritdoc/>
    public void OnAttached(GatewayLink link, uint loopCount)
    {
        _settings.Table.Add(link, loopCount);
        Volatile.Write(ref _left, false);
        Attached(_settings.Log, Address, link.Loop, loopCount);
        lock (_lock)
        {
            _attached++;
            while (link.Loop == 0 && _keepers.Count + 1 < loopCount && !_leaving)
            {
                var loop = (uint)_keepers.Count + 1;
                _keepers.Add(Task.Run(() => KeepAsync(loop), _cancellationToken));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private async Task KeepAsync(uint loop)
    {
        var pause = FirstPause;
        while (!_cancellationToken.IsCancellationRequested)
        {
            var attach = new AttachRequest
            {
                WorkerKey = _settings.WorkerKey,
                Instance = _settings.Instance,
                Loop = loop,
                AnswersProbes = true,
                Places = { _settings.Places.Select(place => new ServedPlace { Place = place.Key.ToString(), Module = place.Value }) },
            };
            var link = new GatewayLink(attach, this, _settings.Handling, _settings.Options);
            if (!TryTrack(link))
            {
                return;
            }

            var worked = await RunOnceAsync(link);
            if (!MayGoOn())
            {
                return;
            }

            // A gateway that leaves is off the list in a moment.
            var longest = _settings.Options.RedialPause;
            pause = Volatile.Read(ref _left) ? longest : worked ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, longest.Ticks));
            // One stream tries to reach a gateway that is away; the others follow when it has.
            do
            {
                await Task
                    .Delay(pause * (0.75 + (Random.Shared.NextDouble() / 2)), _settings.Clock, _cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            while (loop != 0 && Volatile.Read(ref _attached) == 0 && MayGoOn());
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The link loop's border: the operator sees the log entry, and the stream is made again.")]
    private async Task<bool> RunOnceAsync(GatewayLink link)
    {
        try
        {
            await link.RunAsync(_channel, _cancellationToken);
            Ended(_settings.Log, Address, link.Loop);
        }
        catch (OperationCanceledException) when (_cancellationToken.IsCancellationRequested)
        {
            // The worker ends.
        }
        catch (RpcException fault) when (fault.Status.Detail == LinkEnds.GatewayLeaving || Volatile.Read(ref _left) || !Volatile.Read(ref _listed))
        {
            // One that leaves goes off the list first, and a link of its may be cut before it says so.
            Volatile.Write(ref _left, true);
            Ended(_settings.Log, Address, link.Loop);
        }
        catch (RpcException fault)
        {
            _settings.Warnings.Add($"The link to gateway {Address} broke", fault.Message);
        }
        catch (Exception fault)
        {
            Failed(_settings.Log, fault, Address, link.Loop);
        }
        finally
        {
            _settings.Table.Remove(link);
            lock (_lock)
            {
                _links.Remove(link);
                _attached -= link.Epoch != 0 ? 1 : 0;
            }

            link.Dispose();
        }

        return link.Epoch != 0;
    }

    // While one stream stands the gateway lives, whatever the register says.
    private bool MayGoOn()
    {
        lock (_lock)
        {
            return !_leaving && !_cancellationToken.IsCancellationRequested && (_attached > 0 || Volatile.Read(ref _listed));
        }
    }

    private bool TryTrack(GatewayLink link)
    {
        lock (_lock)
        {
            if (!_leaving)
            {
                _links.Add(link);
            }

            return !_leaving;
        }
    }
}
