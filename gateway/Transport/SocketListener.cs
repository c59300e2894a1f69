using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Portico.Gateway.Transport.Tls;

namespace Portico.Gateway.Transport;

/// <summary>Accepts over <c>System.Net.Sockets</c> on pool threads, one at a time.</summary>
internal sealed class SocketListener : ClientListener
{
    private readonly TransportOptions _transport;
    private readonly TimeProvider _clock;
    private readonly AcceptTrouble _trouble;
    private readonly TlsHandshakes? _handshakes;
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource? _paused;
    private Task _running = Task.CompletedTask;

    /// <summary>Binds; accepts from <see cref="Start"/> on.</summary>
    public SocketListener(
        ListenerOptions options,
        TransportOptions transport,
        IReadOnlyList<EventLoop> loops,
        ITransportListenerHandler handler,
        TimeProvider clock,
        ILogger logger)
        : base(options, loops, handler, new HandlerFaults(logger))
    {
        _transport = transport;
        _clock = clock;
        _trouble = new AcceptTrouble(EndPoint, logger);
        _handshakes = options.Certificate is { } certificate ? new TlsHandshakes(certificate, options.Preamble, transport, clock) : null;
    }

    /// <inheritdoc/>
    public override bool Paused
    {
        get => Volatile.Read(ref _paused) is not null;
        set
        {
            if (value)
            {
                Interlocked.CompareExchange(ref _paused, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);
            }
            else
            {
                Interlocked.Exchange(ref _paused, null)?.TrySetResult();
            }
        }
    }

    /// <summary>Begins to accept.</summary>
    public void Start() => _running = Task.Run(AcceptAllAsync);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stop.Cancel();
        Paused = false;
        Socket.Dispose();
    }

    private async Task AcceptAllAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_trouble.IsOn && !_transport.HasRoom())
                {
                    await RestAsync();
                    continue;
                }

                if (!await AcceptAsync())
                {
                    _trouble.Begin(AcceptTrouble.NoDescriptor);
                    await RestAsync();
                    continue;
                }

                _trouble.End();
                if (Volatile.Read(ref _paused) is { } paused)
                {
                    await paused.Task;
                }
            }
            catch (SocketException exception) when (!_stop.IsCancellationRequested)
            {
                if (!ClientGaveUp(exception.SocketErrorCode))
                {
                    _trouble.Begin(exception.Message);
                    await RestAsync();
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // Stopped: the port is given back.
                return;
            }
        }
    }

    // False when it was the last one for which there is a descriptor.
    private async Task<bool> AcceptAsync()
    {
        if (_handshakes is null)
        {
            return OnAccepted(await Socket.AcceptAsync(_stop.Token));
        }

        await _handshakes.WaitForPlaceAsync(_stop.Token);
        Socket socket;
        try
        {
            socket = await Socket.AcceptAsync(_stop.Token);
        }
        catch
        {
            _handshakes.FreePlace();
            throw;
        }

        var hasMore = _transport.LeavesRoom(socket.SafeHandle.DangerousGetHandle());
        _ = SecureAsync(_handshakes, socket);
        return hasMore;
    }

    private async Task SecureAsync(TlsHandshakes handshakes, Socket socket)
    {
        var remoteEndPoint = (IPEndPoint?)TryGetPeer(socket);
        if (remoteEndPoint is null)
        {
            handshakes.FreePlace();
            socket.Dispose();
        }
        else if (await handshakes.TryAsync(socket, remoteEndPoint, _stop.Token) is { } connection)
        {
            Offer(connection, connection.RemoteEndPoint, isPreambleRead: Options.Preamble is not null, isNamedByProxy: !ReferenceEquals(
                connection.RemoteEndPoint, remoteEndPoint));
        }
    }

    private static EndPoint? TryGetPeer(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static bool ClientGaveUp(SocketError error) => error is SocketError.ConnectionAborted or SocketError.ConnectionReset;

    private bool OnAccepted(Socket socket)
    {
        var hasMore = _transport.LeavesRoom(socket.SafeHandle.DangerousGetHandle());
        if (TryGetPeer(socket) is IPEndPoint remoteEndPoint)
        {
            Offer(socket, remoteEndPoint);
        }
        else
        {
            // Gone before it was looked at.
            socket.Dispose();
        }

        return hasMore;
    }

    private async Task RestAsync()
    {
        try
        {
            await Task.Delay(_transport.AcceptRetryTime, _clock, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped while resting: the caller's loop sees it.
        }
    }
}
