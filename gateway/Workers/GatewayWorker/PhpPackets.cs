using System.Buffers;
using Portico.Contracts.GatewayWorker;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>Understands the packets of one connection, in order: who it is, what it commands, what it asks.</summary>
internal sealed class PhpPackets(PhpPort port, PhpAnswers? answers, bool authorized = false)
{
    private const string BadLength = "a packet has an impossible length";

    private bool _authorized = authorized || port.SecretKey.IsOpen;

    /// <summary>Name of the worker process, once it has shown the secret; null for callers.</summary>
    public string? WorkerKey { get; private set; }

    /// <summary>It has shown the secret, or none is needed.</summary>
    public bool IsAuthorized => _authorized;

    /// <summary>Bytes of the whole packets at the start; <paramref name="fault"/> says why what follows can never be one.</summary>
    /// <param name="buffer">What was received.</param>
    /// <param name="room">How much may be asked by them, but for the first.</param>
    /// <param name="isCut">Whole packets follow that ask for more than that.</param>
    /// <param name="fault">Null for none.</param>
    public long WholeLength(ReadOnlySequence<byte> buffer, long room, out bool isCut, out string? fault)
    {
        Span<byte> prefix = stackalloc byte[sizeof(uint) + 1];
        var length = 0L;
        var asked = 0L;
        (isCut, fault) = (false, null);
        while (buffer.Length - length >= sizeof(uint))
        {
            var rest = buffer.Slice(length);
            rest.Slice(0, Math.Min(rest.Length, prefix.Length)).CopyTo(prefix);
            if (PacketCodec.TryReadLength(prefix[..sizeof(uint)], out var next) == PacketStatus.Invalid)
            {
                fault = BadLength;
                break;
            }

            if (rest.Length < next)
            {
                // Strangers do not get to fill our memory.
                fault = !_authorized && length == 0 && next > port.Limits.FirstPacketBytes ? "its first packet is too long" : null;
                break;
            }

            asked += QueryWeight.Of((PacketCommand)prefix[sizeof(uint)], next);
            if (asked > room && length > 0)
            {
                isCut = true;
                break;
            }

            length += next;
        }

        return length;
    }

    /// <summary>Reads the packets of a batch into its commands; the fault that ends the connection, or null.</summary>
    public string? Read(PhpBatch batch)
    {
        string? fault = null;
        for (var start = 0; start < batch.Bytes.Length && fault is null;)
        {
            if (PacketCodec.TryRead(batch.Bytes[start..], out var packet) != PacketStatus.Complete)
            {
                return BadLength;
            }

            fault = Read(batch, packet, start);
            start += packet.Length;
        }

        return fault;
    }

    private string? Read(PhpBatch batch, in Packet packet, int start)
    {
        if (packet.Command is PacketCommand.WorkerConnect or PacketCommand.ClientConnect)
        {
            return Authorize(packet);
        }

        if (!_authorized)
        {
            return $"{packet.Command} came before the SecretKey";
        }

        if (PhpQueryReader.IsQuery(packet.Command) && answers is null)
        {
            return "a short call asks nothing";
        }

        if (answers is not null && PhpQueryReader.IsQuery(packet.Command)
            ? PhpQueryReader.TryRead(packet, start, answers, port.Loops.Count, out var command)
            : PhpCommandReader.TryRead(packet, start, out command))
        {
            batch.Add(command);
        }

        return null;
    }

    private string? Authorize(in Packet packet)
    {
        // Checked on an open port too: there the key must be empty.
        if (!InnerCredentials.TryParse(packet.Body, out var credentials) || !port.SecretKey.MatchesText(credentials.SecretKey))
        {
            return "it shows another SecretKey than this gateway's; set the same one on both sides";
        }

        _authorized = true;
        if (packet.Command == PacketCommand.WorkerConnect)
        {
            WorkerKey ??= credentials.WorkerKey;
        }

        return null;
    }
}
