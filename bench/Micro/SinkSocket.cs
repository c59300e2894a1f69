using System.Net;
using Portico.Gateway.Transport;

namespace Portico.Bench.Micro;

/// <summary>A socket that takes everything, or nothing: what is measured is our own work.</summary>
internal sealed class SinkSocket : TransportSocket
{
    /// <summary>Takes nothing while true.</summary>
    public bool Full { get; set; }

    public long Taken { get; private set; }

    public override IPEndPoint RemoteEndPoint { get; } = new(IPAddress.Loopback, 1);

    public override bool IsClosed => false;

    public override bool ReadPaused { get; set; }

    public override int Send(ReadOnlySpan<byte> bytes)
    {
        var taken = Full ? 0 : bytes.Length;
        Taken += taken;
        return taken;
    }

    public override int Send(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        var total = 0;
        foreach (var piece in pieces)
        {
            total += Send(piece.Span);
        }

        return total;
    }

    public override void ShutdownSend()
    {
    }

    public override void Close()
    {
    }

    public override void Abort()
    {
    }
}
