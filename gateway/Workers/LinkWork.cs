namespace Portico.Gateway.Workers;

/// <summary>What happened to a gRPC link on another thread, for its loop.</summary>
internal sealed class LinkWork(GrpcWorkerLink link, LinkWork.What what) : ILoopWork
{
    /// <summary>What happened.</summary>
    internal enum What
    {
        /// <summary>The flush that was on its way is through.</summary>
        Flushed,

        /// <summary>More waits than one turn sends.</summary>
        Flush,

        /// <summary>The worker sends no more, or the gateway stops reading it.</summary>
        Ended,
    }

    /// <inheritdoc/>
    public void Run(ILoopContext loop)
    {
        switch (what)
        {
            case What.Flushed:
                link.OnFlushed();
                break;
            case What.Flush:
                link.Flush();
                break;
            default:
                link.End("the worker's stream ended", graceful: link.IsLeaving && link.Unacknowledged == 0);
                break;
        }
    }
}
