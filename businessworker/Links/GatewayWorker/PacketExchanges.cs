using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>
/// Questions and their answers on one connection. GatewayWorker's answers carry no number, and a gateway whose buffer is full drops single ones; so each
/// question is followed by a cheap one whose answer repeats a name of ours, which ends it. From any thread.
/// </summary>
internal sealed class PacketExchanges(int limit)
{
    // No question of ours has more answers; a gateway that sends more is not believed.
    private const int MostAnswers = 8;

    private readonly string _mark = $"portico:{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}:";
    private readonly Lock _lock = new();
    private readonly Queue<Exchange> _asked = new();
    private readonly List<byte[]> _answers = [];
    private PacketOutput? _output;
    private ulong _last;
    private bool _ended;

    /// <summary>From here on questions have somewhere to go.</summary>
    public void Begin(PacketOutput output)
    {
        lock (_lock)
        {
            _output = output;
        }
    }

    /// <summary>Asks; <paramref name="posted"/> is the question's place among all that was posted.</summary>
    public Task<byte[][]> AskAsync(ReadOnlySpan<byte> packets, int answers, out ulong posted)
    {
        posted = 0;
        lock (_lock)
        {
            if (_output is not { } output || _ended)
            {
                return Task.FromException<byte[][]>(new IOException("the link to the gateway has ended"));
            }

            if (_asked.Count >= limit)
            {
                return Task.FromException<byte[][]>(new IOException("too much is waiting for this gateway"));
            }

            var exchange = new Exchange(++_last, answers);
            _asked.Enqueue(exchange);

            // Under the lock, so that the order here is that on the wire.
            var mark = NameList.Compose([string.Create(CultureInfo.InvariantCulture, $"{_mark}{exchange.Id}")]);
            var bytes = new ArrayBufferWriter<byte>(packets.Length + PacketHeader.Length + mark.Length);
            bytes.Write(packets);
            PacketCodec.Write(bytes, new PacketHeader { Command = PacketCommand.BatchGetClientCountByGroup, Flags = PacketFlags.Scalar }, mark, default);
            posted = output.Append(bytes.WrittenSpan);
            return exchange.Done.Task;
        }
    }

    /// <summary>An answer came; on the reader.</summary>
    /// <exception cref="InvalidDataException">Nobody asked that much.</exception>
    public void Take(ReadOnlySpan<byte> serialized)
    {
        Exchange? ended = null;
        List<Exchange> lost = [];
        byte[][] answers = [];
        lock (_lock)
        {
            if (!TryReadMark(serialized, out var id))
            {
                if (_asked.Count == 0 || _answers.Count == MostAnswers)
                {
                    throw new InvalidDataException("the gateway answers what was not asked");
                }

                _answers.Add(serialized.ToArray());
                return;
            }

            while (_asked.TryPeek(out var first) && first.Id <= id)
            {
                _ = _asked.Dequeue();
                if (first.Id == id)
                {
                    ended = first;
                }
                else
                {
                    lost.Add(first);
                }
            }

            answers = [.. _answers];
            _answers.Clear();
        }

        Fail(lost, "the gateway dropped the answer");
        if (ended is not null && !(answers.Length == ended.Answers && ended.Done.TrySetResult(answers)))
        {
            Fail([ended], "the gateway dropped the answer");
        }
    }

    /// <summary>The connection has ended.</summary>
    public void FailAll(string why)
    {
        List<Exchange> lost;
        lock (_lock)
        {
            _ended = true;
            lost = [.. _asked];
            _asked.Clear();
        }

        Fail(lost, why);
    }

    private static void Fail(List<Exchange> exchanges, string why)
    {
        foreach (var exchange in exchanges)
        {
            exchange.Done.TrySetException(new IOException(why));

            // Who asked may have given up; nobody looks at the task then.
            _ = exchange.Done.Task.Exception;
        }
    }

    private bool TryReadMark(ReadOnlySpan<byte> serialized, out ulong id)
    {
        id = 0;
        if (!serialized.StartsWith("a:1:{s:"u8) || serialized.IndexOf((byte)'"') is not (> 0 and < 12 and var quote))
        {
            return false;
        }

        var name = serialized[(quote + 1)..];
        var end = name.IndexOf((byte)'"');
        return end > _mark.Length
            && Encoding.UTF8.GetString(name[..end]) is var text && text.StartsWith(_mark, StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(_mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out id);
    }

    private sealed record Exchange(ulong Id, int Answers)
    {
        public TaskCompletionSource<byte[][]> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
