namespace Portico.BusinessWorker.Links;

/// <summary>The output of a link, as the batch that flushes it sees it.</summary>
internal interface IBatchedOutput
{
    /// <summary>Sends what waits, unless a flush is on its way, which will.</summary>
    void Flush();
}
