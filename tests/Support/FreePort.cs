using System.Net;
using System.Net.Sockets;

namespace Portico.Support;

/// <summary>
/// Ports for servers that must be told one, or that come back on the same one. Taken below the range the kernel hands out for outgoing
/// connections and for port 0, so nobody else gets them meanwhile; and claimed against other test processes of this machine.
/// </summary>
public static class FreePort
{
    private const int First = 12000;
    private const int Last = 32000;
    private const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
    private static readonly HashSet<int> Taken = [];

    // UDP has ports of its own: a socket there is in nobody's way, and goes with this process.
    private static readonly List<Socket> Claims = [];
    private static readonly int End = FindEnd();

    /// <summary>A port of 127.0.0.1 that was free a moment ago and that this process gives out only once.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            lock (Taken)
            {
                if (!Taken.Add(port))
                {
                    continue;
                }
            }

            var claim = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                claim.Bind(new IPEndPoint(IPAddress.Loopback, port));
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                lock (Taken)
                {
                    Claims.Add(claim);
                }

                return port;
            }
            catch (SocketException)
            {
                // Somebody has it: try the next.
                claim.Dispose();
            }
        }
    }

    // Where the kernel's own range begins lower, what is below it must do, as long as that is enough.
    private static int FindEnd()
    {
        var lowest = File.Exists(Range) && int.TryParse(File.ReadAllText(Range).Split('\t', ' ')[0], out var first) ? first : Last;
        return lowest > First + 2000 ? Math.Min(Last, lowest) : Last;
    }
}
