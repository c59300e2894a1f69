using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Register.Hosting;

namespace Portico.Register.Registry;

/// <summary>
/// One peer of the text protocol: a gateway, a worker, both, or a client that asks once. One task reads lines; another, once the
/// peer is a worker, sends each change.
/// </summary>
internal sealed class TextPeer(
    ConnectionContext connection, GatewayRoll roll, RegisterOptions options, TimeProvider timeProvider, long acceptedAt) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly long _acceptedAt = acceptedAt;
    private GatewayLease? _lease;
    private Task? _pushing;
    private ulong _sentVersion;
    private bool _trusted;
    private long _lastLineAt = acceptedAt;
    private TimeSpan _patience = options.FirstLine;

    /// <summary>Reads until the end.</summary>
    /// <returns>Why the peer is refused; null when it left.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            return await ReadLinesAsync(ending.Token);
        }
        finally
        {
            _lease?.Dispose();
            await ending.CancelAsync();
            if (_pushing is not null)
            {
                await _pushing;
            }
        }
    }

    /// <summary>Gives the lease back, if that was not done.</summary>
    public void Dispose()
    {
        _lease?.Dispose();
        _writing.Dispose();
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            return false;
        }

        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private async Task<string?> ReadLinesAsync(CancellationToken ending)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            if (await ReadInTimeAsync(input, ending) is not { } read)
            {
                return "no complete line in time";
            }

            var buffer = read.Buffer;
            while (TryTakeLine(ref buffer, out var line))
            {
                if (await HandleAsync(line.ToArray(), ending) is { } refusal)
                {
                    return refusal;
                }

                _lastLineAt = timeProvider.GetTimestamp();
                _patience = Patience();
            }

            if (buffer.Length > options.MaxLineBytes)
            {
                return "a line is too long";
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }

            if (!_trusted && timeProvider.GetElapsedTime(_acceptedAt) > options.Idle)
            {
                return "no key was shown in time";
            }
        }
    }

    /// <summary>A peer on this machine is seen to be dead by its socket; one elsewhere may vanish without a word, so it has to ping.</summary>
    private TimeSpan Patience() =>
        _trusted && connection.RemoteEndPoint is IPEndPoint { Address: var address } && IPAddress.IsLoopback(address)
            ? Timeout.InfiniteTimeSpan
            : options.Idle;

    private async ValueTask<ReadResult?> ReadInTimeAsync(PipeReader input, CancellationToken ending)
    {
        if (input.TryRead(out var ready))
        {
            return ready;
        }

        var left = _patience == Timeout.InfiniteTimeSpan ? _patience : _patience - timeProvider.GetElapsedTime(_lastLineAt);
        if (left <= TimeSpan.Zero && left != Timeout.InfiniteTimeSpan)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(left, timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ending);
        try
        {
            return await input.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<string?> HandleAsync(byte[] text, CancellationToken ending)
    {
        if (!RegisterLines.TryParse(text.AsSpan().TrimEnd("\r\n"u8), out var line))
        {
            return await RefuseAsync(ending);
        }

        switch (line.Event)
        {
            case RegisterLine.Ping:
                return null;
            case RegisterLine.GatewayConnect:
                return Announce(line);
            case RegisterLine.WorkerConnect when !options.SecretKey.MatchesText(line.SecretKey):
                return "it shows no SecretKey, or another one than this register's";
            case RegisterLine.WorkerConnect:
                _trusted = true;
                await SendListAsync(ending);
                _pushing ??= PushAsync(ending);
                return null;
            default:
                return "unknown event";
        }
    }

    private string? Announce(RegisterLine line)
    {
        // The address is looked at before the key, as the original does.
        if (line.Address is null)
        {
            return "gateway_connect without an address";
        }

        if (!options.SecretKey.MatchesText(line.SecretKey))
        {
            return "it shows no SecretKey, or another one than this register's";
        }

        if (!GatewayAddress.TryParse(line.Address, out var address))
        {
            return "a gateway's address must be an IPv4 address and a port";
        }

        _trusted = true;
        var before = _lease;
        _lease = roll.Add(address, peer: connection.RemoteEndPoint?.ToString() ?? "");
        before?.Dispose();
        return null;
    }

    private async Task PushAsync(CancellationToken ending)
    {
        try
        {
            while (true)
            {
                _ = await roll.NextAsync(_sentVersion, ending);
                await SendListAsync(ending);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The reading task sees the same end and cleans up.
        }
    }

    private async Task SendListAsync(CancellationToken ending)
    {
        await _writing.WaitAsync(ending);
        try
        {
            // Taken under the lock: an older list must not follow a newer one.
            var listing = roll.Current;
            _sentVersion = listing.Version;
            await connection.Transport.Output.WriteAsync(RegisterLines.BroadcastAddresses(listing.Addresses), ending);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<string> RefuseAsync(CancellationToken ending)
    {
        var text = $"Bad request for Register service. Request info(IP:{Address()}). A request is one JSON object with an \"event\" on a line.\n";
        await _writing.WaitAsync(ending);
        try
        {
            await connection.Transport.Output.WriteAsync(Encoding.UTF8.GetBytes(text), ending);
        }
        finally
        {
            _writing.Release();
        }

        return "a line is not a request";
    }

    private string Address() => (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "unknown";
}
