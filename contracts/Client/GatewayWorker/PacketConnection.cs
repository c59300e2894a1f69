using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Ids;

namespace Portico.Client.GatewayWorker;

/// <summary>
/// One connection to a gateway that speaks GatewayWorker's protocol: requests of all callers pipelined, answers told apart by their
/// order. Dialled by the first request, and again by the first one after it broke. Thread-safe.
/// </summary>
internal sealed class PacketConnection : IPacketExchange, IDisposable
{
    private const int MostWaiting = 10_000;

    private readonly GatewayAddress _gateway;
    private readonly string _secretKey;
    private readonly TimeSpan _connectTimeout;
    private readonly TimeProvider _clock;
    private readonly Channel<PacketRequest> _requests = Channel.CreateBounded<PacketRequest>(MostWaiting);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly Queue<PacketRequest> _asked = new();
    private readonly DialPace _pace;
    private Socket? _socket;

    /// <summary>A connection that is not dialled yet.</summary>
    public PacketConnection(GatewayAddress gateway, string secretKey, TimeSpan connectTimeout, TimeProvider clock)
    {
        _gateway = gateway;
        _secretKey = secretKey;
        _connectTimeout = connectTimeout;
        _clock = clock;
        _pace = new DialPace(clock);
        _ = Task.Run(WriteAllAsync);
    }

    /// <inheritdoc/>
    public Task<byte[][]> ExchangeAsync(ReadOnlyMemory<byte> packets, int answers)
    {
        var request = new PacketRequest(packets, answers);
        if (!_requests.Writer.TryWrite(request))
        {
            request.Fail("too much is waiting for this gateway, or the client is closed");
        }

        return request.Done;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = _requests.Writer.TryComplete();
        _ending.Cancel();
        Break(null, "the client is closed");
    }

    [SuppressMessage(
        "Design", "CA1031", Justification = "Border of the link: the callers see the reason as GatewayGone; a writer that died would leave them all waiting.")]
    private async Task WriteAllAsync()
    {
        await foreach (var request in _requests.Reader.ReadAllAsync(CancellationToken.None))
        {
            Socket? socket = null;
            try
            {
                socket = _socket ?? await ConnectAsync();
                lock (_gate)
                {
                    if (!request.IsComplete)
                    {
                        _asked.Enqueue(request);
                    }
                }

                await WriteAsync(socket, request.Packets);
                request.Complete();
            }
            catch (Exception fault)
            {
                request.Fail(fault.Message);
                Break(socket, fault.Message);
            }
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        if (!_pace.TryBegin())
        {
            throw new IOException($"{_gateway} could not be reached a moment ago");
        }

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = new CancellationTokenSource(_connectTimeout, _clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ending.Token);
            await socket.ConnectAsync(_gateway.ToEndPoint(), both.Token);
            if (_secretKey.Length > 0)
            {
                var hello = new ArrayBufferWriter<byte>();
                var header = new PacketHeader { Command = PacketCommand.ClientConnect, Flags = PacketFlags.Scalar };
                PacketCodec.Write(hello, header, default, InnerCredentials.Client(_secretKey));
                await WriteAsync(socket, hello.WrittenMemory);
            }
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw new IOException($"{_gateway} cannot be reached: {fault.Message}", fault);
        }

        lock (_gate)
        {
            // Asked on the connection before, when that had just ended: their callers know already.
            _asked.Clear();
            _socket = socket;
        }

        _ = Task.Run(() => ReadAllAsync(socket));
        return socket;
    }

    private async Task WriteAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        for (var rest = bytes; !rest.IsEmpty;)
        {
            rest = rest[await socket.SendAsync(rest, _ending.Token)..];
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Border of the link: the callers see the reason as GatewayGone.")]
    private async Task ReadAllAsync(Socket socket)
    {
        var why = "the gateway ended the connection";
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var reader = PipeReader.Create(stream);
            while (true)
            {
                var read = await reader.ReadAsync(_ending.Token);
                var buffer = read.Buffer;
                while (TryTake(ref buffer))
                {
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception fault)
        {
            why = fault.Message;
        }

        Break(socket, why);
    }

    private bool TryTake(ref ReadOnlySequence<byte> buffer)
    {
        Span<byte> prefix = stackalloc byte[PacketCodec.ResponsePrefixLength];
        if (buffer.Length < prefix.Length)
        {
            return false;
        }

        buffer.Slice(0, prefix.Length).CopyTo(prefix);
        var length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(prefix);
        if (length is 0 or > 256 * 1024 * 1024)
        {
            throw new InvalidDataException("the gateway's answer has an impossible length");
        }

        if (buffer.Length - prefix.Length < length)
        {
            return false;
        }

        var answer = buffer.Slice(prefix.Length, length);
        lock (_gate)
        {
            if (!_asked.TryPeek(out var request))
            {
                throw new InvalidDataException("the gateway answers what was not asked");
            }

            request.Add(answer.ToArray());
            if (request.IsComplete)
            {
                _ = _asked.Dequeue();
            }
        }

        buffer = buffer.Slice(answer.End);
        return true;
    }

    /// <summary>Ends a connection; null for whichever there is.</summary>
    private void Break(Socket? socket, string why)
    {
        List<PacketRequest> lost;
        lock (_gate)
        {
            if (_socket is null || (socket is not null && socket != _socket))
            {
                return;
            }

            _socket.Dispose();
            _socket = null;
            lost = [.. _asked];
            _asked.Clear();
        }

        foreach (var request in lost)
        {
            request.Fail(why);
        }
    }
}
