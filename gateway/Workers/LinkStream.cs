using System.IO.Pipelines;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers;

/// <summary>
/// The gRPC call beneath a link, between the pool thread that reads it and the loop that writes it. The call may end only when the loop
/// has let go of the writer: <see cref="Released"/>.
/// </summary>
internal sealed class LinkStream
{
    private readonly RpcServerCall _call;
    private readonly PipeReader _requests;
    private readonly IWorkerLoops _loops;
    private readonly int _loop;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A stream that serves the clients of one loop.</summary>
    public LinkStream(RpcServerCall call, IWorkerLoops loops, int loop)
    {
        _call = call;
        _requests = call.Requests;
        _loops = loops;
        _loop = loop;
        Output = new LinkOutput(call.Responses, () => PostFlushDone());
    }

    /// <summary>The writing half.</summary>
    public LinkOutput Output { get; }

    /// <summary>Done when the loop writes no more and the call may end.</summary>
    public Task Released => _released.Task;

    /// <summary>Why the gateway ended it; null when it ended as the worker wished.</summary>
    public string? Failure { get; private set; }

    /// <summary>What a completed flush posts to the loop.</summary>
    public ILoopWork? FlushDone { get; set; }

    /// <summary>What <see cref="WakeLater"/> posts to the loop.</summary>
    public ILoopWork? FlushMore { get; set; }

    /// <summary>Flushes again in the loop's next turn.</summary>
    public void WakeLater() => _loops.TryPost(_loop, FlushMore!);

    /// <summary>The loop writes no more. A flush on its way is cut off; its completion then releases the call.</summary>
    public void End(string? failure)
    {
        Failure = failure;
        if (Output.IsFlushing)
        {
            _call.Abort();
        }
        else
        {
            Release();
        }
    }

    /// <summary>The call may end now.</summary>
    public void Release()
    {
        try
        {
            // Wakes the reading half when it is still waiting for the worker. Before the call is let go: its reader belongs to it.
            _requests.CancelPendingRead();
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException)
        {
            // The reading half has ended by itself.
        }

        _released.TrySetResult();
    }

    private void PostFlushDone()
    {
        if (!_loops.TryPost(_loop, FlushDone!))
        {
            Release();
        }
    }
}
