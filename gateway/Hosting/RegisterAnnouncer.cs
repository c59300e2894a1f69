using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Hosting;

/// <summary>Keeps this gateway announced at one register: dials again within a second whenever the connection ends, for ever.</summary>
internal sealed partial class RegisterAnnouncer(
    RegisterOptions register, AnnounceRequest announcement, RpcChannelOptions options, TimeProvider clock, ILogger<RegisterAnnouncer> logger)
{
    private const string Path = "/portico.register.v1.Register/Announce";

    // GatewayWorker pings its register so that routers between them do not forget the connection.
    private static readonly TimeSpan PingTime = TimeSpan.FromSeconds(25);

    // Between two attempts, and up to twice as long: with the time of an attempt about one in a second.
    private static readonly TimeSpan RestTime = TimeSpan.FromMilliseconds(500);
    private bool _lost;

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
        using var channel = new RpcChannel(new UriBuilder(register.IsSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, register.Host, register.Port).Uri, options);
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
        _lost = false;
        LogAnnounced(register);
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
