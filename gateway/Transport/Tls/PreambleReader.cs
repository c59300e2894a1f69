using System.Net;
using System.Net.Sockets;

namespace Portico.Gateway.Transport.Tls;

/// <summary>Takes a proxy's preamble off a socket and leaves the first byte of TLS in it.</summary>
internal static class PreambleReader
{
    /// <summary>The client that the preamble names; null when there is none, or it names nobody.</summary>
    /// <exception cref="IOException">The preamble is malformed, or the peer closed in the middle.</exception>
    public static async Task<IPEndPoint?> ReadAsync(Socket socket, IProxyPreamble preamble, CancellationToken stop)
    {
        var buffer = new byte[preamble.MaxSize];
        var taken = 0;
        while (true)
        {
            // Only looked at: how much of it is the preamble is known when that is whole.
            var seen = taken == buffer.Length ? 0 : await socket.ReceiveAsync(buffer.AsMemory(taken), SocketFlags.Peek, stop);
            var size = preamble.Read(buffer.AsSpan(0, taken + seen), out var client);
            if (seen == 0 || size == IProxyPreamble.Malformed || (size == 0 && taken > 0))
            {
                throw new IOException("The connection does not begin as its proxy's connections do.");
            }

            var end = size == IProxyPreamble.NeedMore ? taken + seen : size;
            await TakeAsync(socket, buffer.AsMemory(taken, end - taken), stop);
            if (size != IProxyPreamble.NeedMore)
            {
                return client;
            }

            taken = end;
        }
    }

    private static async Task TakeAsync(Socket socket, Memory<byte> bytes, CancellationToken stop)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.ReceiveAsync(bytes, SocketFlags.None, stop)..];
        }
    }
}
