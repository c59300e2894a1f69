using System.Net.Sockets;
using Portico.Contracts.Rpc;
using Portico.Gateway.Workers.GatewayWorker;

namespace Portico.Gateway.Hosting;

/// <summary>What the inner port's accepting thread does itself: GatewayWorker's short calls, and workers with a connection of their own.</summary>
internal sealed class InnerCalls(GatewayService gateway, WorkerEntrance entrance) : IShortCalls
{
    /// <inheritdoc/>
    public bool TryTake(ref object? state, ReadOnlySpan<byte> bytes) => gateway.Faces.ShortCalls.TryTake(ref state, bytes);

    /// <inheritdoc/>
    public bool TryTakeOver(Socket accepted, ReadOnlySpan<byte> first)
    {
        if (Tongues.IsHttp2(first))
        {
            return entrance.TryTake(accepted);
        }

        if (!PhpShortCalls.IsWorker(first))
        {
            return false;
        }

        gateway.Faces.Php.Adopt(accepted, gateway.StreamsEnd);
        return true;
    }

    /// <inheritdoc/>
    public bool WaitForRoom(TimeSpan time) => gateway.Faces.ShortCalls.WaitForRoom(time);
}
