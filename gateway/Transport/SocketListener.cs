using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Transport;

/// <summary>Accepts over <c>System.Net.Sockets</c> on pool threads, one at a time.</summary>
internal sealed class SocketListener : ClientListener
{
    private readonly TransportOptions _transport;
    private readonly TimeProvider _clock;
    private readonly AcceptTrouble _trouble;
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource? _paused;
    private Task _running = Task.CompletedTask;

    /// <summary>Binds; accepts from <see cref="Start"/> on.</summary>
    public SocketListener(ListenerOptions options, TransportOptions transport, IReadOnlyList<EventLoop> loops, ITransportListenerHandler handler, TimeProvider clock, ILogger logger)
        : base(options, loops, handler, new HandlerFaults(logger))
    {
        _transport = transport;
        _clock = clock;
        _trouble = new AcceptTrouble(EndPoint, logger);
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
                var socket = await Socket.AcceptAsync(_stop.Token);
                _trouble.End();
                OnAccepted(socket);
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

    private static bool ClientGaveUp(SocketError error) => error is SocketError.ConnectionAborted or SocketError.ConnectionReset;

    private void OnAccepted(Socket socket)
    {
        try
        {
            Offer(socket, (IPEndPoint)socket.RemoteEndPoint!);
        }
        catch (SocketException)
        {
            // Gone before it was looked at.
            socket.Dispose();
        }
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
