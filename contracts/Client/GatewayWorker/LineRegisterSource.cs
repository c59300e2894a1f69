using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Register;

namespace Portico.Client.GatewayWorker;

/// <summary>A register of GatewayWorker's (protocol section 1): asks as a worker does, so that it is told of each change.</summary>
internal sealed class LineRegisterSource(string address, string secretKey, TimeProvider clock) : IRegisterSource
{
    private static readonly TimeSpan PingTime = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchReply> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(cancellationToken);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(RegisterLines.WorkerConnect(secretKey), cancellationToken);
        await using var pings = clock.CreateTimer(_ => Ping(socket), null, PingTime, PingTime);

        // A connection is one life of the register: what it says first may be short after its restart.
        var epoch = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
        var version = 0ul;
        var reader = PipeReader.Create(stream);
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (TryLine(ref buffer, out var line))
            {
                if (line.Event == RegisterLine.BroadcastAddresses && line.Addresses is { } addresses)
                {
                    yield return new WatchReply { Epoch = epoch, Version = ++version, Addresses = { addresses } };
                }
            }

            if (read.IsCompleted || buffer.Length > RegisterLines.MaxLength)
            {
                throw new IOException("the register closed the connection; is the SecretKey the same?");
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each watch ends its own connection.
    }

    private static bool TryLine(ref ReadOnlySequence<byte> buffer, out RegisterLine line)
    {
        line = new RegisterLine { Event = "" };
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            return false;
        }

        _ = RegisterLines.TryParse(buffer.Slice(0, end).ToArray(), out line);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private static void Ping(Socket socket)
    {
        try
        {
            _ = socket.Send(RegisterLines.Ping());
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The reader sees the end of the connection and says so.
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var colon = address.LastIndexOf(':');
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var port = int.Parse(address.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture);
            await socket.ConnectAsync(address[..colon], port, cancellationToken).AsTask().WaitAsync(ConnectTime, clock, cancellationToken);
            return socket;
        }
        catch (Exception fault) when (fault is SocketException or TimeoutException)
        {
            socket.Dispose();
            throw new IOException(fault.Message, fault);
        }
    }
}
