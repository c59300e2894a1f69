using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Portico.Contracts.Ids;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>
/// One gateway that speaks GatewayWorker's protocol: a connection to it, made again when it ends, for as long as a register lists the gateway. A connection
/// that works is never ended because an address vanished from a list.
/// </summary>
internal sealed partial class PacketPeer(GatewayAddress address, GatewayPeerSettings settings, CancellationToken cancellationToken) : IGatewayPeer
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private PacketLink? _link;
    private string? _lastFault;
    private bool _worked;
    private bool _listed = true;
    private bool _leaving;

    /// <inheritdoc/>
    public GatewayAddress Address => address;

    /// <inheritdoc/>
    public bool IsGatewayWorker => true;

    /// <inheritdoc/>
    public bool IsOverTls => false;

    private bool MayGoOn => !Volatile.Read(ref _leaving) && Volatile.Read(ref _listed) && !cancellationToken.IsCancellationRequested;

    /// <inheritdoc/>
    public void SetListed(bool listed) => Volatile.Write(ref _listed, listed);

    /// <inheritdoc/>
    public async Task RunAsync()
    {
        var pause = FirstPause;
        do
        {
            _worked = false;
            await RunOnceAsync();
            pause = _worked ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, settings.Options.RedialPause.Ticks));
            if (MayGoOn)
            {
                await Task.Delay(pause, settings.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        while (MayGoOn);
    }

    /// <inheritdoc/>
    public void Leave()
    {
        PacketLink? link;
        lock (_lock)
        {
            Volatile.Write(ref _leaving, true);
            link = _link;
        }

        link?.Leave();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each connection is ended by its own run.
    }

    [SuppressMessage("Design", "CA1031", Justification = "The link loop's border: the operator sees the log entry, and the connection is made again.")]
    private async Task RunOnceAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        PacketLink? link = null;
        try
        {
            KeepAlive(socket);
            using (var limit = new CancellationTokenSource(ConnectTime, settings.Clock))
            using (var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken))
            {
                await socket.ConnectAsync(address.ToEndPoint(), both.Token);
            }

            link = Track();
            if (link is not null)
            {
                await link.RunAsync(socket, settings.WorkerKey, settings.SecretKey, cancellationToken);
                Ended(settings.Log, address);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The worker ends.
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException)
        {
            Complain(fault.Message);
        }
        catch (Exception fault)
        {
            Failed(settings.Log, fault, address);
        }
        finally
        {
            Untrack(link);
        }
    }

    // A gateway that is away is tried every second: said once for each new reason.
    private void Complain(string reason)
    {
        if (_worked || reason != _lastFault)
        {
            _lastFault = reason;
            Broke(settings.Log, address, reason);
        }
    }

    private void OnAttached(PacketLink link)
    {
        _worked = true;
        _lastFault = null;
        settings.Table.Add(link);
        Connected(settings.Log, address);
    }

    private PacketLink? Track()
    {
        lock (_lock)
        {
            return _link = _leaving ? null : new PacketLink(address, settings.Handling, settings.Options, settings.Clock, OnAttached);
        }
    }

    private void Untrack(PacketLink? link)
    {
        lock (_lock)
        {
            _link = null;
        }

        if (link is not null)
        {
            settings.Table.Remove(link);
            link.Dispose();
        }
    }

    // PHP's gateways ping only on addresses other than 127.0.0.1, and not at all when their machine is gone.
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }
}
