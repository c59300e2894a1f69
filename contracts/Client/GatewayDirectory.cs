using System.Collections.Concurrent;
using Portico.Client.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client;

/// <summary>
/// The gateways that the registers know, and one stream of commands to each of those that were asked something. An address that no
/// register knows is never dialled, whatever a client_id says. Thread-safe.
/// </summary>
public sealed class GatewayDirectory : IGatewayCommands, IDisposable
{
    private readonly RegisterWatcher _watcher;
    private readonly GatewayDirectoryOptions _options;
    private readonly ConcurrentDictionary<GatewayAddress, CommandStream> _streams = new();
    private readonly ConcurrentDictionary<GatewayAddress, PacketConnection> _packets = new();
    private volatile bool _disposed;

    /// <summary>Creates the directory; the watcher is run by whoever made it.</summary>
    public GatewayDirectory(RegisterWatcher watcher, GatewayDirectoryOptions options)
    {
        _watcher = watcher;
        _options = options;
    }

    /// <inheritdoc/>
    public IReadOnlyList<GatewayAddress> Gateways => _watcher.Current.Addresses;

    /// <inheritdoc/>
    public bool IsKnown(GatewayAddress gateway) => _watcher.Current.Contains(gateway);

    /// <inheritdoc/>
    public Task<CommandOutcome> ExecuteAsync(GatewayAddress gateway, Command command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!IsKnown(gateway))
        {
            return Task.FromResult(CommandOutcome.Failed(CommandStatus.GatewayGone, "no register knows this gateway"));
        }

        if (_watcher.Current.IsGatewayWorker(gateway))
        {
            return new PacketCommands(Packets(gateway), _options.Channel.TimeProvider).ExecuteAsync(command, timeout, cancellationToken);
        }

        if (!_streams.TryGetValue(gateway, out var stream))
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            DropUnknown();
            stream = Add(gateway);
        }
        else if (stream.IsOverTls != _watcher.Current.IsCalledOverTls(gateway, _options.Channel.Tls is not null) && stream.IsIdle)
        {
            // It came back with TLS, or without.
            stream = Replace(gateway, stream);
        }

        return stream.ExecuteAsync(command, timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        foreach (var gateway in _packets.Keys)
        {
            if (_packets.TryRemove(gateway, out var packets))
            {
                packets.Dispose();
            }
        }

        foreach (var gateway in _streams.Keys)
        {
            if (_streams.TryRemove(gateway, out var stream))
            {
                stream.Dispose();
            }
        }
    }

    private PacketConnection Packets(GatewayAddress gateway)
    {
        if (_packets.TryGetValue(gateway, out var connection))
        {
            return connection;
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        var channel = _options.Channel;
        var made = new PacketConnection(gateway, channel.SecretKey ?? "", channel.ConnectTimeout, channel.TimeProvider);
        var kept = _packets.GetOrAdd(gateway, made);
        if (kept != made)
        {
            made.Dispose();
        }

        return kept;
    }

    private CommandStream Add(GatewayAddress gateway)
    {
        var made = new CommandStream(Uri(gateway), _options, () => _watcher.Current.Version);
        var kept = _streams.GetOrAdd(gateway, made);
        if (kept != made)
        {
            made.Dispose();
        }

        return kept;
    }

    private CommandStream Replace(GatewayAddress gateway, CommandStream old)
    {
        var made = new CommandStream(Uri(gateway), _options, () => _watcher.Current.Version);
        if (_streams.TryUpdate(gateway, made, old))
        {
            old.Dispose();
            return made;
        }

        made.Dispose();
        return Add(gateway);
    }

    private Uri Uri(GatewayAddress gateway) => _watcher.Current.UriOf(gateway, _options.Channel.Tls is not null);

    /// <summary>Streams of gateways that left; done when a new one comes, since then the list has changed.</summary>
    private void DropUnknown()
    {
        foreach (var (gateway, stream) in _streams)
        {
            if (!IsKnown(gateway) && stream.IsIdle && _streams.TryRemove(gateway, out var removed))
            {
                removed.Dispose();
            }
        }
    }
}
