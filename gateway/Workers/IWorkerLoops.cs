namespace Portico.Gateway.Workers;

/// <summary>The gateway's loops as a worker's connection needs them. Any thread.</summary>
internal interface IWorkerLoops
{
    /// <summary>How many loops there are; a client's loop is its connection number modulo this.</summary>
    int Count { get; }

    /// <summary>Has <paramref name="work"/> run on the thread of a loop, after everything that was posted to that loop before.</summary>
    /// <returns>False when the loops have ended; the work will not run.</returns>
    bool TryPost(int loop, ILoopWork work);
}
