using System.Net.Sockets;

namespace Portico.Contracts.Rpc;

/// <summary>
/// Takes what short connections say without a pipe or a task for each: PHP's GatewayClient connects, writes one command and closes.
/// On the accepting thread alone, in the order in which the connections came.
/// </summary>
public interface IShortCalls
{
    /// <summary>Takes all that a connection has sent so far, or nothing of it.</summary>
    /// <param name="state">What is to be remembered of this connection; null at first. The one who serves it later finds it in
    /// <see cref="ShortCallListener.StateOf"/>.</param>
    /// <param name="bytes">What it has sent.</param>
    /// <returns>False when the connection is of another kind or has not sent all: it is served the long way, from its first byte that was not taken.</returns>
    bool TryTake(ref object? state, ReadOnlySpan<byte> bytes);

    /// <summary>Takes a connection over whole; its first bytes were looked at, not read. False leaves it to the server.</summary>
    bool TryTakeOver(Socket accepted, ReadOnlySpan<byte> first) => false;

    /// <summary>Waits until more may be taken; false when that was not so in time.</summary>
    bool WaitForRoom(TimeSpan time);

    /// <summary>Whether more may be accepted after this one; else there is a pause.</summary>
    bool LeavesRoom(Socket accepted) => true;

    /// <summary>Whether a pause may end.</summary>
    bool HasRoom() => true;

    /// <summary>Nothing is accepted for a while; those who wait stay in the backlog. Told again while it lasts.</summary>
    void Paused(string why)
    {
    }

    /// <summary>A connection was accepted after all.</summary>
    void Resumed()
    {
    }
}
