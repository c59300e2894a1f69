using Portico.Contracts.Link;
using Portico.Contracts.Rpc;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>The workers' own connections to one loop, and who of them still lives. On the loop's thread.</summary>
internal sealed class WorkerSockets(EventLoop events, ILoopContext loop)
{
    private const long PassingMilliseconds = 10_000;
    private static readonly long Silence = (long)RpcServerLimits.KeepAlivePingDelay.TotalMilliseconds;
    private static readonly long Patience = (long)RpcServerLimits.KeepAlivePingTimeout.TotalMilliseconds;

    private readonly List<WorkerSocket> _sockets = [];
    private bool _stopped;

    /// <summary>The loop.</summary>
    public ILoopContext Loop => loop;

    /// <summary>Milliseconds of the loop's clock.</summary>
    public long Now => events.Now;

    /// <summary>A worker has dialled.</summary>
    public void Accept(AcceptedSocket accepted, LinkDoor door)
    {
        if (_stopped)
        {
            accepted.Discard();
            return;
        }

        var socket = new WorkerSocket(this, door);
        _sockets.Add(socket);
        events.CountInner(1);
        socket.Start(events.Transport.Adopt(accepted, socket));
    }

    /// <summary>Stops accepting workers and drops those that are not attached yet.</summary>
    public void Stop()
    {
        _stopped = true;
        for (var i = _sockets.Count - 1; i >= 0; i--)
        {
            if (_sockets[i].IsPassing)
            {
                _sockets[i].Drop(LinkEnds.GatewayLeaving);
            }
        }
    }

    /// <summary>Pings who is silent, ends who stays so.</summary>
    public void OnTick()
    {
        for (var i = _sockets.Count - 1; i >= 0 && i < _sockets.Count; i--)
        {
            var socket = _sockets[i];
            var silent = Now - socket.Heard;
            if (silent > Silence + Patience || (socket.IsPassing && Now - socket.PassingSince > PassingMilliseconds))
            {
                socket.Drop("the worker does not answer");
            }
            else if (silent > Silence && !socket.IsPinged)
            {
                socket.Ping();
            }
        }
    }

    /// <summary>Its socket is closed.</summary>
    public void Remove(WorkerSocket socket)
    {
        if (_sockets.Remove(socket))
        {
            events.CountInner(-1);
        }
    }
}
