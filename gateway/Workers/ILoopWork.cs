namespace Portico.Gateway.Workers;

/// <summary>
/// Something another thread wants done on a loop: it is posted to the loop's inbox and run once. Bytes of PHP workers, new links and ends of links
/// come so.
/// </summary>
internal interface ILoopWork
{
    /// <summary>Runs on the loop's thread.</summary>
    void Run(ILoopContext loop);
}
