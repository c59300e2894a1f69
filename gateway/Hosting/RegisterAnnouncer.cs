using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Hosting;

/// <summary>Keeps this gateway announced at one register: dials again within a second whenever the connection ends, for ever.</summary>
/// <param name="register">The register.</param>
/// <param name="announcement">What it is told.</param>
/// <param name="options">How it is called.</param>
/// <param name="unusable">Told why the announcement can never be accepted.</param>
/// <param name="clock">Clock of the waits.</param>
/// <param name="logger">Where it is logged.</param>
internal sealed partial class RegisterAnnouncer(
    RegisterOptions register, AnnounceRequest announcement, RpcChannelOptions options, Action<string> unusable, TimeProvider clock,
    ILogger<RegisterAnnouncer> logger)
{
    private const string Path = "/portico.register.v1.Register/Announce";

    // GatewayWorker pings its register so that routers between them do not forget the connection.
    private static readonly TimeSpan PingTime = TimeSpan.FromSeconds(25);

    // Between two attempts, and up to twice as long: with the time of an attempt about one in a second.
    private static readonly TimeSpan RestTime = TimeSpan.FromMilliseconds(500);

    // While another gateway has the address; it may be the machine's former one, of which the register has not noticed yet that it is gone.
    private static readonly TimeSpan RefusedTime = TimeSpan.FromSeconds(3);
    private bool _lost;
    private bool _refused;

    /// <summary>Whether this register lists the gateway as far as is known; null while it has not answered yet.</summary>
    public bool? IsListed { get; private set; }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await (register.Protocol == RegisterProtocol.Grpc ? AnnounceAsync(stopping) : AnnounceLinesAsync(stopping));
                NoteLost("it closed the connection");
            }
            catch (RpcException fault) when (fault.Code == RpcStatusCode.AlreadyExists)
            {
                NoteRefused();
                await Task.Delay(RefusedTime, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (RpcException fault) when (fault.Code == RpcStatusCode.FailedPrecondition)
            {
                unusable(
                    $"Gateway:LanIp cannot be announced at register {register}: {fault.Status.Detail}. Set Gateway:LanIp to the address by which "
                        + "workers reach this gateway.");
                return;
            }
            catch (Exception fault) when (fault is RpcException or IOException or SocketException)
            {
                NoteLost(fault.Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }

            // Not all gateways at the same moment, when a register comes back.
            await Task.Delay(RestTime * (1 + Random.Shared.NextDouble()), clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnnounceAsync(CancellationToken stopping)
    {
        using var channel = new RpcChannel(
            new UriBuilder(register.IsSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, register.Host, register.Port).Uri, options);
        using var call = await channel.DuplexAsync(Path, cancellationToken: stopping);
        await call.WriteAsync(announcement, stopping);
        var reply = await call.ReadAsync<AnnounceReply>(stopping);
        if (reply is null)
        {
            return;
        }

        NoteAnnounced();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = RenewAsync(call, TimeSpan.FromMilliseconds(Math.Max(300, reply.LeaseMilliseconds) / 3.0), ended.Token);
        try
        {
            while (await call.ReadAsync<AnnounceReply>(stopping) is not null)
            {
            }
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
        }
    }

    private async Task RenewAsync(RpcDuplexCall call, TimeSpan interval, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                await call.WriteAsync(announcement, ended);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or RpcException or IOException or InvalidOperationException)
        {
            // The stream ended; the reading half tells why and dials again.
        }
    }

    private async Task AnnounceLinesAsync(CancellationToken stopping)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(register.Host, register.Port, stopping);
        await SendAsync(socket, RegisterLines.GatewayConnect(announcement.Address, options.SecretKey), stopping);
        NoteAnnounced();
        var nothing = new byte[256];
        while (true)
        {
            using var due = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var reading = socket.ReceiveAsync(nothing, due.Token).AsTask();
            if (await Task.WhenAny(reading, Task.Delay(PingTime, clock, due.Token)) == reading)
            {
                // A gateway is never sent anything: this is the end, or noise that does not matter.
                if (await reading == 0)
                {
                    return;
                }

                continue;
            }

            await due.CancelAsync();
            await reading.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            stopping.ThrowIfCancellationRequested();
            await SendAsync(socket, RegisterLines.Ping(), stopping);
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> line, CancellationToken stopping)
    {
        for (var rest = line; !rest.IsEmpty;)
        {
            rest = rest[await socket.SendAsync(rest, stopping)..];
        }
    }

    private void NoteAnnounced()
    {
        (_lost, _refused, IsListed) = (false, false, true);
        LogAnnounced(register);
    }

    private void NoteRefused()
    {
        IsListed = false;
        if (!_refused)
        {
            _refused = true;
            LogRefused(register, announcement.Address);
        }
    }

    private void NoteLost(string why)
    {
        // Once for each outage, not once for each try.
        if (!_lost)
        {
            _lost = true;
            LogLost(register, why);
        }
    }
}
