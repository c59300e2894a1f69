using System.Net;
using Portico.Gateway.Transport;

namespace Portico.Gateway.Tests.Connections;

/// <summary>A socket whose kernel side the test plays: it takes as much as the test leaves room for.</summary>
internal sealed class FakeSocket(IPEndPoint remote, ITransportSocketHandler handler) : TransportSocket
{
    private readonly List<byte> _sent = [];

    public ITransportSocketHandler Handler => handler;

    /// <summary>Bytes the kernel still takes.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>Takes without remembering.</summary>
    public bool Forgets { get; set; }

    public int Writes { get; private set; }

    public bool Closed { get; private set; }

    public bool Aborted { get; private set; }

    public override IPEndPoint RemoteEndPoint => remote;

    public override bool IsClosed => Closed || Aborted;

    public override bool ReadPaused { get; set; }

    public byte[] Sent => [.. _sent];

    public override int Send(ReadOnlySpan<byte> bytes)
    {
        Assert.False(IsClosed);
        Writes++;
        if (Forgets)
        {
            return bytes.Length;
        }

        var taken = (int)Math.Min(Room, bytes.Length);
        _sent.AddRange(bytes[..taken]);
        Room -= Room == long.MaxValue ? 0 : taken;
        return taken;
    }

    public override int Send(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        var total = 0;
        foreach (var piece in pieces)
        {
            var taken = Send(piece.Span);
            total += taken;
            if (taken < piece.Length)
            {
                break;
            }
        }

        return total;
    }

    public override void ShutdownSend() => throw new NotSupportedException();

    public override void Close() => Closed = true;

    public override void Abort() => Aborted = true;

    /// <summary>What was sent, and forgets it.</summary>
    public byte[] Take()
    {
        var sent = Sent;
        _sent.Clear();
        return sent;
    }

    /// <summary>The kernel has room again.</summary>
    public void MakeRoom(long room = long.MaxValue)
    {
        Room = room;
        if (!IsClosed)
        {
            handler.OnWritable();
        }
    }
}
