using System.Net.Sockets;

namespace Portico.Hosting;

/// <summary><see cref="Descriptors"/> as a listener asks; tests have a limit of their own.</summary>
/// <param name="Leaves">Another connection may be accepted after this one.</param>
/// <param name="IsThere">The same without one at hand.</param>
internal sealed record DescriptorRoom(Func<Socket, bool> Leaves, Func<bool> IsThere)
{
    /// <summary>The system's.</summary>
    public static DescriptorRoom System { get; } = new(static socket => Descriptors.LeavesRoom(socket.SafeHandle.DangerousGetHandle()), Descriptors.HasRoom);
}
