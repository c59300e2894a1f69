using System.Net.Sockets;
using Portico.Contracts.Rpc;
using Portico.Gateway.Workers.GatewayWorker;

namespace Portico.Gateway.Hosting;

/// <summary>What the inner port's accepting thread does itself: GatewayWorker's short calls, and workers with a connection of their own.</summary>
internal sealed class InnerCalls(PhpShortCalls calls, WorkerEntrance entrance) : IShortCalls
{
    /// <inheritdoc/>
    public bool TryTake(ref object? state, ReadOnlySpan<byte> bytes) => calls.TryTake(ref state, bytes);

    /// <inheritdoc/>
    public bool TryTakeOver(Socket accepted) => entrance.TryTake(accepted);

    /// <inheritdoc/>
    public bool WaitForRoom(TimeSpan time) => calls.WaitForRoom(time);
}
