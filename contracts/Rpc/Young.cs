using System.Net.Sockets;

namespace Portico.Contracts.Rpc;

/// <summary>A connection that was just accepted, while it may be one of the short ones.</summary>
internal struct Young(Socket socket, long acceptedAt)
{
    public readonly Socket Socket = socket;
    public readonly long AcceptedAt = acceptedAt;

    /// <summary>What the short calls remember of it.</summary>
    public object? State;
}
