using Microsoft.Extensions.Logging;
using Portico.Contracts.Results;

namespace Portico.Gateway.Workers;

/// <summary>Tells the log which places of a loop have workers and which have not. On the loop's thread.</summary>
internal sealed partial class PlaceLog(int loop, WorkerPlaces places, ParkedClients parked, WorkerCounters counters, ILogger logger)
{
    // Anybody can make up paths: once a minute is enough to see it.
    private const long UnservedMilliseconds = 60_000;

    private readonly ILogger _logger = logger;
    private long _unserved;
    private long _unservedAt = -UnservedMilliseconds;
    private string _notForPhp = "";

    /// <summary>Links came or went.</summary>
    public void OnLinks(bool isStopping)
    {
        var without = new List<string>();
        foreach (var place in places.All)
        {
            if (place.Told && !place.HasOpen && !isStopping)
            {
                without.Add(place.Name);
            }
            else if (!place.Told && place.HasOpen && place.Parked.Clients > 0)
            {
                LogWorkerAgain(loop, place.Name, place.Parked.Clients);
            }

            place.Told = place.HasOpen;
        }

        if (without.Count > 0)
        {
            LogNoWorker(loop, string.Join(", ", without));
        }
    }

    /// <summary>Tells what is peculiar about a new link beside the others. Each worker has a link on each loop: only the first loop tells.</summary>
    public void OnAdded(IWorkerLink added, IReadOnlyList<IWorkerLink> links)
    {
        if (loop != 0)
        {
            return;
        }

        foreach (var (place, module) in added.Serves.Named)
        {
            var other = links.FirstOrDefault(link => link != added && link.Serves.Names(place) && link.Serves.ModuleAt(place) != module);
            if (other is not null && added.Serves.Names(place))
            {
                LogConflict(place.ToString(), module, added.Key, other.Serves.ModuleAt(place)!, other.Key);
            }
        }

        var withoutPhp = places.All.Where(place => place.HasOpen && !Array.Exists(place.Open, link => link.WantsEarlyConnect));
        var named = links.Any(link => link.WantsEarlyConnect) ? string.Join(", ", withoutPhp.Select(place => place.Name)) : "";
        if (named != _notForPhp)
        {
            _notForPhp = named;
            if (named.Length > 0)
            {
                LogNotForPhp(named);
            }
        }
    }

    /// <summary>Tells what was given up.</summary>
    public void OnTick(long now)
    {
        if (parked.TakeGivenUp() is > 0 and var givenUp)
        {
            LogGivenUp(givenUp, loop);
        }

        if (counters.Unserved > _unserved && now - _unservedAt >= UnservedMilliseconds)
        {
            LogUnserved(CloseReason.Shown(parked.UnknownPath ?? ""), loop, counters.Unserved - _unserved);
            _unservedAt = now;
            _unserved = counters.Unserved;
            parked.UnknownPath = null;
        }
    }

    [LoggerMessage(510, LogLevel.Warning, "Loop {Loop} has no worker for {Places}: messages are parked, their clients are not read")]
    private partial void LogNoWorker(int loop, string places);

    [LoggerMessage(511, LogLevel.Information, "Loop {Loop} has a worker for {Place} again: {Count} clients that waited are served first")]
    private partial void LogWorkerAgain(int loop, string place, int count);

    [LoggerMessage(512, LogLevel.Warning, "{Count} events of loop {Loop} were given up and their clients closed with 1013, since no worker came")]
    private partial void LogGivenUp(long count, int loop);

    [LoggerMessage(518, LogLevel.Warning,
        "No worker serves {Path}: clients of such paths are closed with 1013, {Count} events on loop {Loop} since this was last logged")]
    private partial void LogUnserved(string path, int loop, long count);

    [LoggerMessage(519, LogLevel.Warning,
        "{Place} is module {Module} of worker {Worker} and module {OtherModule} of worker {OtherWorker}: its clients are spread over both")]
    private partial void LogConflict(string place, string module, string worker, string otherModule, string otherWorker);

    [LoggerMessage(520, LogLevel.Information,
        "PHP workers get no clients of {Places}, which .NET workers name in BusinessWorker:Events (Gateway:PhpPlaces lists places for PHP workers)")]
    private partial void LogNotForPhp(string places);
}
