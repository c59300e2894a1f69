namespace Portico.Gateway.Workers;

/// <summary>
/// The call beneath a link. It may end only when the loop has let go of its writer (<see cref="ILinkCall.Release"/>).
/// </summary>
internal sealed class LinkStream
{
    private readonly ILinkCall _call;
    private readonly IWorkerLoops _loops;
    private readonly int _loop;
    private string? _failure;

    /// <summary>A stream that serves the clients of one loop.</summary>
    public LinkStream(ILinkCall call, IWorkerLoops loops, int loop)
    {
        _call = call;
        _loops = loops;
        _loop = loop;
        Output = new LinkOutput(call.Responses, () => PostFlushDone());
    }

    /// <summary>The writing half.</summary>
    public LinkOutput Output { get; }

    /// <summary>What a completed flush posts to the loop.</summary>
    public ILoopWork? FlushDone { get; set; }

    /// <summary>What <see cref="WakeLater"/> posts to the loop.</summary>
    public ILoopWork? FlushMore { get; set; }

    /// <summary>Flushes again in the loop's next turn.</summary>
    public void WakeLater() => _loops.TryPost(_loop, FlushMore!);

    /// <summary>The loop writes no more. A flush on its way is cut off; its completion then releases the call.</summary>
    public void End(string? failure)
    {
        _failure = failure;
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
    public void Release() => _call.Release(_failure);

    private void PostFlushDone()
    {
        if (!_loops.TryPost(_loop, FlushDone!))
        {
            Release();
        }
    }
}
