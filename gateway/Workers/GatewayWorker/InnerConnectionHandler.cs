using System.Collections.Concurrent;
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

    /// <summary>A handler for one gateway.</summary>
    public InnerConnectionHandler(PhpPort port)
    {
        _port = port;
        _timer = port.Clock.CreateTimer(static handler => ((InnerConnectionHandler)handler!).Sweep(), this, SweepPeriod, SweepPeriod);
    }

    /// <summary>PHP workers connected now.</summary>
    public int Workers => _port.Workers;

    /// <summary>Serves one connection, which is closed when the task ends; <paramref name="ending"/> fires when the gateway ends its streams.</summary>
    public async Task RunAsync(ConnectionContext connection, CancellationToken ending)
    {
        var inner = new InnerConnection(connection, _port);
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

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        var now = _port.Clock.GetTimestamp();
        foreach (var (connection, _) in _connections)
        {
            connection.Sweep(now);
        }
    }
}
