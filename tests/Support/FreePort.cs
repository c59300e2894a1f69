using System.Net;
using System.Net.Sockets;

namespace Portico.Support;

/// <summary>Ports for servers that must be told one. Taken below the range the kernel hands out for outgoing connections, so nobody else gets them meanwhile.</summary>
public static class FreePort
{
    private const int First = 12000;
    private const int Last = 32000;
    private static readonly HashSet<int> Taken = [];

    /// <summary>A port of 127.0.0.1 that was free a moment ago and that this process gives out only once.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            lock (Taken)
            {
                if (!Taken.Add(port))
                {
                    continue;
                }
            }

            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it: try the next.
            }
        }
    }
}
