using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;
using Portico.BusinessWorker.Dispatch;
using Portico.Contracts.GatewayWorker;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>
/// The reading half of a <see cref="PacketLink"/>. GatewayWorker's events tell neither the uid nor, when an event was under way while a session changed, the
/// right session; so the clients of all events that are there are asked for in one question, and the events wait for its answer. What comes meanwhile is
/// the next batch.
/// </summary>
internal sealed class PacketReader(
    LinkClients clients, PacketExchanges exchanges, PacketEvents events, LinkOptions options, TimeProvider clock, Action attached) : IDisposable
{
    // An event's first byte after the length is below 'N' or above 'r', an answer's is one of PHP's type letters between.
    private const byte FirstTypeLetter = (byte)'C';
    private const byte LastTypeLetter = (byte)'s';

    // PHP bounds no answer; a list of every session of a large gateway may be long.
    private const uint LongestAnswer = 256 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeaveTime = TimeSpan.FromMilliseconds(500);

    private readonly KeptBytes _kept = new(options.KeptBytes);
    private readonly LinkBatch _batch = new();
    private readonly ArrayBufferWriter<byte> _joined = new();
    private PacketBatch _gathered = new();
    private PacketBatch _asked = new();
    private Task<byte[][]>? _question;
    private ulong _asOf;
    private long _askedAt;
    private long _leftAt;
    private PipeReader? _input;
    private int _running;
    private bool _attached;
    private bool _leaving;

    /// <summary>Reads until the gateway's end, or until this worker has left and all that came is done with.</summary>
    public async Task RunAsync(Socket socket, PacketOutput output, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket);
        var input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        Volatile.Write(ref _input, input);

        // A question whose answer was dropped, and a worker that leaves, are looked after now and then.
        await using var look = clock.CreateTimer(static pipe => ((PipeReader)pipe!).CancelPendingRead(), input, LeaveTime, LeaveTime);
        while (!MayEnd())
        {
            var read = await input.ReadAsync(cancellationToken);
            var rest = TakeAll(read.Buffer);
            input.AdvanceTo(rest.Start, rest.End);
            Work(output, read.IsCompleted);
            if (read.IsCompleted)
            {
                throw new IOException(
                    _attached ? "the gateway ended the connection" : "the gateway ended the connection without a word; is the SecretKey the same?");
            }

            await output.RoomAsync();
            await _kept.RoomAsync();
        }
    }

    /// <summary>Takes no more than what came; from any thread.</summary>
    public void Leave()
    {
        _leftAt = clock.GetTimestamp();
        Volatile.Write(ref _leaving, true);
        Volatile.Read(ref _input)?.CancelPendingRead();
    }

    /// <summary>A callback that awaited has ended; from any thread.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _running) == 0 && Volatile.Read(ref _leaving))
        {
            Volatile.Read(ref _input)?.CancelPendingRead();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gathered.Dispose();
        _asked.Dispose();
        events.Dispose();
    }

    private bool MayEnd() => Volatile.Read(ref _leaving) && Volatile.Read(ref _running) == 0 && _gathered.Count + _asked.Count == 0;

    private ReadOnlySequence<byte> TakeAll(ReadOnlySequence<byte> buffer)
    {
        while (TryFrame(buffer, out var frame, out var isAnswer))
        {
            if (!_attached)
            {
                _attached = true;
                attached();
            }

            var bytes = Joined(frame);
            if (isAnswer)
            {
                exchanges.Take(bytes[PacketCodec.ResponsePrefixLength..]);
                TakeAnswer();
            }
            else if (_gathered.Bytes + bytes.Length > options.KeptBytes)
            {
                throw new InvalidDataException("the gateway sends events and no answers");
            }
            else if (!_gathered.TryAdd(bytes))
            {
                throw new InvalidDataException("the gateway sent a packet that cannot be read");
            }

            buffer = buffer.Slice(frame.End);
        }

        return buffer;
    }

    private ReadOnlySpan<byte> Joined(in ReadOnlySequence<byte> frame)
    {
        if (frame.IsSingleSegment)
        {
            return frame.FirstSpan;
        }

        _joined.ResetWrittenCount();
        frame.CopyTo(_joined.GetSpan((int)frame.Length));
        _joined.Advance((int)frame.Length);
        return _joined.WrittenSpan;
    }

    private static bool TryFrame(in ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame, out bool isAnswer)
    {
        const int Head = PacketCodec.ResponsePrefixLength + 1;
        frame = default;
        isAnswer = false;
        if (buffer.Length < Head)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[Head];
        buffer.Slice(0, Head).CopyTo(head);
        var length = BinaryPrimitives.ReadUInt32BigEndian(head);
        isAnswer = head[^1] is >= FirstTypeLetter and <= LastTypeLetter;
        if (isAnswer ? length is 0 or > LongestAnswer : length is < PacketHeader.Length or > PacketCodec.MaxLength)
        {
            throw new InvalidDataException("the gateway sent a packet of an impossible length");
        }

        var whole = isAnswer ? length + PacketCodec.ResponsePrefixLength : length;
        if (buffer.Length < whole)
        {
            return false;
        }

        frame = buffer.Slice(0, whole);
        return true;
    }

    // Handed out before the events behind the answer, which are the next batch. A question that failed is asked again.
    [SuppressMessage("Usage", "VSTHRD002", Justification = "It is complete: nothing is waited for.")]
    private void TakeAnswer()
    {
        if (_question is { IsCompletedSuccessfully: true } question)
        {
            _question = null;
            events.Learn(question.GetAwaiter().GetResult()[0], _asOf);
            HandOut(_asked);
        }
    }

    private void Work(PacketOutput output, bool atEnd)
    {
        var late = Volatile.Read(ref _leaving) && clock.GetElapsedTime(_leftAt) >= LeaveTime;
        if (atEnd || late)
        {
            // Nobody answers any more: what the events themselves say has to do.
            events.Forget();
            HandOut(_asked);
            HandOut(_gathered);
            return;
        }

        if (_question is { IsFaulted: true } || (_question is not null && clock.GetElapsedTime(_askedAt) >= Patience))
        {
            Ask(output);
        }
        else if (_question is null && _gathered.Count > 0)
        {
            (_gathered, _asked) = (_asked, _gathered);
            Ask(output);
        }
    }

    private void Ask(PacketOutput output)
    {
        var question = events.Question(_asked);
        if (question is null)
        {
            events.Forget();
            HandOut(_asked);
            return;
        }

        _question = exchanges.AskAsync(question, 1, out _asOf);
        _askedAt = clock.GetTimestamp();
        output.Flush();
    }

    private void HandOut(PacketBatch batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var block = new ReceivedBlock(_kept);
        var ready = events.Read(batch, block);
        batch.Clear();
        _batch.Begin();
        try
        {
            foreach (var e in ready)
            {
                Interlocked.Increment(ref _running);
                if (clients.Dispatch(e))
                {
                    Interlocked.Decrement(ref _running);
                }
            }
        }
        finally
        {
            _batch.End();
            block.GiveUp();
        }
    }
}
