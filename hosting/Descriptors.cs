using System.Globalization;
using System.Net.Sockets;

namespace Portico.Hosting;

/// <summary>
/// How many descriptors connections may take. The runtime needs some at moments nobody chooses (a thread's start, an assembly's first use) and ends the
/// process without them, so nobody accepts up to the system's limit.
/// </summary>
public static class Descriptors
{
    // 128 is what was seen to be enough with room to spare: a thread takes two for a moment, the assemblies that a role loads late some forty.
    private const int Reserve = 128;
    private const string Limits = "/proc/self/limits";

    private static readonly int Soft = ReadSoft();
    private static readonly int Most = Soft == int.MaxValue ? Soft : Soft - Math.Min(Reserve, Soft / 4);

    /// <summary>What the system allows (ulimit -n); <see cref="int.MaxValue"/> where it names no limit.</summary>
    public static int Limit => Soft;

    /// <summary>Connections that fit, seen from now; <see cref="int.MaxValue"/> where the system names no limit.</summary>
    public static int Room => Most == int.MaxValue ? Most : Math.Max(1, Most - Directory.GetFileSystemEntries("/proc/self/fd").Length);

    /// <summary>Whether another one may be accepted after the one with this handle: the system gives the lowest number that is free.</summary>
    public static bool LeavesRoom(nint handle) => handle < Most;

    /// <summary>The same without a handle at hand.</summary>
    public static bool HasRoom()
    {
        if (Most == int.MaxValue)
        {
            return true;
        }

        try
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            return LeavesRoom(probe.SafeHandle.DangerousGetHandle());
        }
        catch (SocketException)
        {
            // Not one is left, which is the answer.
            return false;
        }
    }

    private static int ReadSoft()
    {
        var line = File.Exists(Limits) ? Array.Find(File.ReadAllLines(Limits), line => line.StartsWith("Max open files", StringComparison.Ordinal)) : null;
        var soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : int.MaxValue;
    }
}
