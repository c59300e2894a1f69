using System.Net.Sockets;
using Portico.Contracts.GatewayWorker;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>All that leaves on one connection to a gateway that speaks GatewayWorker's protocol: packets.</summary>
internal sealed class PacketOutput(Socket socket, Action<Exception> failed) : BatchedOutput<PacketBuffer>(new PacketBuffer(), new PacketBuffer(), failed)
{
    private ulong _posted;

    /// <summary>How many packets were taken.</summary>
    public ulong Posted => Volatile.Read(ref _posted);

    /// <summary>Takes a packet. The task is complete unless too much waits.</summary>
    /// <exception cref="ArgumentException">The gateway would drop the whole connection for its length.</exception>
    public ValueTask AppendAsync(in PacketHeader header, ReadOnlySpan<byte> ext, ReadOnlySpan<byte> body)
    {
        if ((long)PacketHeader.Length + ext.Length + body.Length > PacketCodec.MaxLength)
        {
            throw new ArgumentException("A gateway of GatewayWorker's takes at most 10 MiB at once.");
        }

        ValueTask result;
        lock (Gate)
        {
            if (IsClosed)
            {
                return default;
            }

            PacketCodec.Write(Waiting.Bytes, header, ext, body);
            _posted++;
            result = RoomLockedAsync();
        }

        Touched();
        return result;
    }

    /// <summary>Takes packets as they are; gives how many were taken before and with them.</summary>
    public ulong Append(ReadOnlySpan<byte> packets)
    {
        ulong posted;
        lock (Gate)
        {
            if (!IsClosed)
            {
                Waiting.Bytes.Append(packets);
                _posted++;
            }

            posted = _posted;
        }

        Touched();
        return posted;
    }

    /// <inheritdoc/>
    protected override async ValueTask SendAsync(PacketBuffer sending)
    {
        for (var rest = sending.Bytes.WrittenMemory; !rest.IsEmpty;)
        {
            rest = rest[await socket.SendAsync(rest)..];
        }
    }
}
