using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace Portico.Hosting;

/// <summary>
/// A listener of Kestrel's that accepts nobody while few descriptors are left; those who come wait in the backlog. Kestrel's own limit counts each
/// listener alone and hangs up on the rest, but a process has one limit for all that it opens.
/// </summary>
internal sealed partial class RestingListener(IConnectionListener inner, string key, DescriptorRoom room, TimeProvider clock, ILogger logger)
    : IConnectionListener
{
    // As the gateway's listeners: soon enough for a person, seldom enough to cost nothing.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // It may come and go many times a second while connections do.
    private static readonly TimeSpan TellPause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _unbound = new();
    private bool _full;
    private bool _told;
    private long _toldAt;

    /// <inheritdoc/>
    public EndPoint EndPoint => inner.EndPoint;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (_full)
        {
            await RestAsync();
        }

        var accepted = await inner.AcceptAsync(cancellationToken);
        _full = accepted?.Features.Get<IConnectionSocketFeature>() is { Socket: var socket } && !room.Leaves(socket);
        return accepted;
    }

    /// <inheritdoc/>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync();
        await inner.UnbindAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _unbound.CancelAsync();
        await inner.DisposeAsync();
    }

    private async Task RestAsync()
    {
        if (!_told || clock.GetElapsedTime(_toldAt) >= TellPause)
        {
            (_told, _toldAt) = (true, clock.GetTimestamp());
            Resting(logger, key, EndPoint);
        }

        while (!_unbound.IsCancellationRequested && !room.IsThere())
        {
            await Task.Delay(Pause, clock, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(
        3, LogLevel.Error, "{Key} accepts nobody at {Address} while so few descriptors are left (ulimit -n); those connected are served, new ones wait")]
    private static partial void Resting(ILogger logger, string key, EndPoint address);
}
