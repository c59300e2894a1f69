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
    ConnectionContext connection, GatewayRoll roll, RegisterOptions options, TimeProvider timeProvider, long acceptedAt)
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private IDisposable? _lease;
    private Task? _pushing;
    private ulong _sentVersion;
    private bool _trusted;

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

            _writing.Dispose();
        }
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
        var due = options.FirstLine - timeProvider.GetElapsedTime(acceptedAt);
        while (true)
        {
            if (await ReadInTimeAsync(input, due, ending) is not { } read)
            {
                return "no complete line in time";
            }

            var buffer = read.Buffer;
            var any = false;
            while (TryTakeLine(ref buffer, out var line))
            {
                any = true;
                if (await HandleAsync(line.ToArray(), ending) is { } refusal)
                {
                    return refusal;
                }
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

            due = any ? IdleTime() : due - TimeSpan.Zero;
            if (!_trusted && timeProvider.GetElapsedTime(acceptedAt) > options.Idle)
            {
                return "no key was shown in time";
            }
        }
    }

    /// <summary>A peer on this machine is seen to be dead by its socket; one elsewhere may vanish without a word, so it has to ping.</summary>
    private TimeSpan IdleTime() =>
        _trusted && connection.RemoteEndPoint is IPEndPoint { Address: var address } && IPAddress.IsLoopback(address)
            ? Timeout.InfiniteTimeSpan
            : options.Idle;

    private async ValueTask<ReadResult?> ReadInTimeAsync(PipeReader input, TimeSpan due, CancellationToken ending)
    {
        if (input.TryRead(out var ready))
        {
            return ready;
        }

        using var limit = new CancellationTokenSource(due > TimeSpan.Zero || due == Timeout.InfiniteTimeSpan ? due : TimeSpan.FromTicks(1), timeProvider);
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
            await WriteAsync(Encoding.UTF8.GetBytes(
                $"Bad request for Register service. Request info(IP:{Address()}). A request is one JSON object with an \"event\" on a line.\n"), ending);
            return "a line is not a request";
        }

        switch (line.Event)
        {
            case RegisterLine.Ping:
                return null;
            case RegisterLine.GatewayConnect:
                return Announce(line);
            case RegisterLine.WorkerConnect when !line.HasSecret(options.SecretKey):
                return "wrong secret key";
            case RegisterLine.WorkerConnect:
                _trusted = true;
                await SendListAsync(roll.Current, ending);
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

        if (!line.HasSecret(options.SecretKey))
        {
            return "wrong secret key";
        }

        if (!GatewayAddress.TryParse(line.Address, out var address))
        {
            return "a gateway's address must be an IPv4 address and a port";
        }

        _trusted = true;
        var before = _lease;
        _lease = roll.Add(address);
        before?.Dispose();
        return null;
    }

    private async Task PushAsync(CancellationToken ending)
    {
        try
        {
            while (true)
            {
                var next = await roll.NextAsync(_sentVersion, ending);
                await SendListAsync(next, ending);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The reading task sees the same end and cleans up.
        }
    }

    private Task SendListAsync(Listing listing, CancellationToken ending)
    {
        _sentVersion = Math.Max(_sentVersion, listing.Version);
        return WriteAsync(RegisterLines.BroadcastAddresses(listing.Addresses), ending);
    }

    private async Task WriteAsync(byte[] bytes, CancellationToken ending)
    {
        await _writing.WaitAsync(ending);
        try
        {
            await connection.Transport.Output.WriteAsync(bytes, ending);
        }
        finally
        {
            _writing.Release();
        }
    }

    private string Address() => (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "unknown";
}
