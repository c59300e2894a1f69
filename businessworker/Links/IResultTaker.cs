using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Links;

/// <summary>Waits for the results of a command on one stream or several.</summary>
internal interface IResultTaker
{
    /// <summary>A result, on the stream's reader; the view is gone after the call. <see cref="ResultView.More"/>: another follows on this stream.</summary>
    void Take(scoped in ResultView result);

    /// <summary>The stream ended before its result.</summary>
    void Lost();
}
