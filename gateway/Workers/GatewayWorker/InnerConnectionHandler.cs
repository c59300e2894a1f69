using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// Serves the inner port's connections that are not HTTP/2; given to <see cref="Tongues.UseTongues"/>. One timer looks after the
/// deadlines of all of them, since most live for a single command.
/// </summary>
internal sealed class InnerConnectionHandler : IDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<InnerConnection, bool> _connections = new();
    private readonly PhpPort _port;
    private readonly ITimer _timer;
    private int _adopted;

    /// <summary>A handler for one gateway.</summary>
    public InnerConnectionHandler(PhpPort port)
    {
        _port = port;
        _timer = port.Clock.CreateTimer(static handler => ((InnerConnectionHandler)handler!).Sweep(), this, SweepPeriod, SweepPeriod);
    }

    /// <summary>PHP workers connected now.</summary>
    public int Workers => _port.Workers;

    /// <summary>No PHP worker is connected, or none has been given or has said anything for so long. Any thread.</summary>
    public bool AreWorkersQuiet(TimeSpan time) => Workers == 0 || _port.Silence() >= time;

    /// <summary>Connections that are served without a server between. Any thread.</summary>
    public int Adopted => Volatile.Read(ref _adopted);

    /// <summary>Serves one connection, which is closed when the task ends; <paramref name="ending"/> fires when the gateway ends its streams.</summary>
    public async Task RunAsync(ConnectionContext connection, CancellationToken ending)
    {
        using var inner = new InnerConnection(connection, _port);
        _connections[inner] = true;
        try
        {
            await inner.RunAsync(ending);
        }
        finally
        {
            _ = _connections.TryRemove(inner, out _);
        }
    }

    /// <summary>Serves a worker's socket, without a server between.</summary>
    public void Adopt(Socket socket, CancellationToken ending)
    {
        Interlocked.Increment(ref _adopted);
        _ = Task.Run(() => RunAdoptedAsync(socket, ending), CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private async Task RunAdoptedAsync(Socket socket, CancellationToken ending)
    {
        try
        {
            await RunAsync(socket, ending);
        }
        finally
        {
            Interlocked.Decrement(ref _adopted);
        }
    }

    private async Task RunAsync(Socket socket, CancellationToken ending)
    {
        // A stream is only made of a blocking socket; what is read here must not block.
        socket.Blocking = true;
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        socket.Blocking = false;
        await using var connection = new AdoptedConnection(socket, stream, _port.Clock.GetTimestamp());
        await RunAsync(connection, ending);
    }

    private void Sweep()
    {
        var now = _port.Clock.GetTimestamp();
        foreach (var (connection, _) in _connections)
        {
            connection.Sweep(now);
        }
    }
}
