using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Rpc;
using Portico.Gateway.Workers.GatewayWorker;
using Portico.Hosting;

namespace Portico.Gateway.Hosting;

/// <summary>What the inner port's accepting thread does itself: GatewayWorker's short calls, and workers with a connection of their own.</summary>
internal sealed partial class InnerCalls(GatewayService gateway, WorkerEntrance entrance, ILogger logger) : IShortCalls
{
    private readonly ILogger _logger = logger;
    private bool _isPaused;

    /// <inheritdoc/>
    public bool TryTake(ref object? state, ReadOnlySpan<byte> bytes) => gateway.Faces.ShortCalls.TryTake(ref state, bytes);

    /// <inheritdoc/>
    public bool TryTakeOver(Socket accepted, ReadOnlySpan<byte> first)
    {
        if (!gateway.HasRoomForWorker)
        {
            return false;
        }

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

    /// <inheritdoc/>
    public bool LeavesRoom(Socket accepted) => Descriptors.LeavesRoom(accepted.SafeHandle.DangerousGetHandle());

    /// <inheritdoc/>
    public bool HasRoom() => Descriptors.HasRoom();

    /// <inheritdoc/>
    public void Paused(string why)
    {
        if (!_isPaused)
        {
            _isPaused = true;
            LogPaused(why);
        }
    }

    /// <inheritdoc/>
    public void Resumed()
    {
        _isPaused = false;
        LogResumed();
    }
}
