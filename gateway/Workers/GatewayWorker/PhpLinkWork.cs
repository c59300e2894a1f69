namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>What happened to a PHP worker's link on another thread, for its loop.</summary>
internal sealed class PhpLinkWork(PhpWorkerLink link, PhpLinkWork.What what) : ILoopWork
{
    /// <summary>What happened.</summary>
    internal enum What
    {
        /// <summary>The worker proved the secret.</summary>
        Opened,

        /// <summary>What was in flight was handed to the transport.</summary>
        Written,

        /// <summary>What was in flight could not be written.</summary>
        Lost,

        /// <summary>The connection ended.</summary>
        Ended,
    }

    /// <inheritdoc/>
    public void Run(ILoopContext loop)
    {
        switch (what)
        {
            case What.Opened:
                link.Open(loop);
                break;
            case What.Written:
                link.OnFlushed(sent: true);
                break;
            case What.Lost:
                link.OnFlushed(sent: false);
                break;
            default:
                link.End("the worker's connection ended");
                break;
        }
    }
}
