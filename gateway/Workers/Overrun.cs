using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;

namespace Portico.Gateway.Workers;

/// <summary>
/// Messages that the limit of clients lets in and a worker's protocol cannot carry: a PHP worker would drop its connection, and with it the events of
/// everybody else. Such a message ends its client instead, and what the client sent after it goes nowhere: an end is better than a gap.
/// </summary>
internal static class Overrun
{
    private static readonly CloseReason TooBigForWorker = new(CloseReason.TooBig.Code, "message is too big for the worker that serves this client");

    /// <summary>True when the event must not be given to its client's link.</summary>
    public static bool Stops(in WorkerEvent posted, WorkerCounters counters)
    {
        var binding = posted.Client;
        if (posted.Kind != EventKind.Message || (!binding.Overrun && binding.Link!.Carries(posted)))
        {
            return false;
        }

        binding.Overrun = true;
        counters.TooBig++;
        if (!binding.Closed)
        {
            binding.Client.Close(TooBigForWorker);
        }

        return true;
    }
}
