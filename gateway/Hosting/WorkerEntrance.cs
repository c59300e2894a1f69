using System.Net;
using System.Net.Sockets;
using Portico.Contracts.Rpc.SingleStream;

namespace Portico.Gateway.Hosting;

/// <summary>Sorts the workers that have a connection for each stream out of what dials the inner port, and gives each to its loop.</summary>
internal sealed class WorkerEntrance(GatewayService gateway)
{
    /// <summary>True when the socket was such a worker's and is taken; its bytes are looked at, not read.</summary>
    public bool TryTake(Socket accepted)
    {
        // What a worker sends first leaves in one piece. Whoever sends less is served by Kestrel, as everybody else.
        Span<byte> first = stackalloc byte[StreamPreface.Needed];
        if (accepted.Available < first.Length
            || accepted.Receive(first, SocketFlags.Peek) < first.Length
            || !StreamPreface.TryRecognize(first, out var loop)
            || accepted.RemoteEndPoint is not IPEndPoint peer)
        {
            return false;
        }

        return gateway.TryAdmit(accepted, peer, loop);
    }
}
