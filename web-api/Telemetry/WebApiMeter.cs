using System.Diagnostics.Metrics;

namespace Portico.WebApi.Telemetry;

/// <summary>What a web-api counts. All words are from closed sets.</summary>
internal static class WebApiMeter
{
    /// <summary>Name of the meter and beginning of its instruments' names.</summary>
    public const string Name = "portico.webapi";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> SendsCount = Meter.CreateCounter<long>(
        Name + ".sends", description: "Messages that somebody wanted to send, by application and what became of them.");
    private static readonly Histogram<long> GroupLength = Meter.CreateHistogram<long>(
        Name + ".group_length", description: "Writes in each transaction of the log.");
    private static readonly Histogram<double> GroupTime = Meter.CreateHistogram<double>(
        Name + ".group_ms", description: "Milliseconds of each transaction of the log, its commit included.");
    private static readonly Counter<long> RacesCount = Meter.CreateCounter<long>(
        Name + ".races_lost", description: "Transactions that were run again because another process was faster.");
    private static readonly Counter<long> FaultsCount = Meter.CreateCounter<long>(
        Name + ".write_faults", description: "Transactions that failed; their callers were told to try again.");
    private static readonly Counter<long> TurnedAwayCount = Meter.CreateCounter<long>(
        Name + ".writes_turned_away", description: "Writes that found the queue full.");
    private static readonly Counter<long> PushesCount = Meter.CreateCounter<long>(
        Name + ".pushes", description: "Stored messages, by whether they were handed to the gateways; what was not is fetched by the receivers.");
    private static readonly Counter<long> UploadsCount = Meter.CreateCounter<long>(Name + ".uploads", description: "Pictures, by what became of them.");
    private static readonly Counter<long> UploadBytes = Meter.CreateCounter<long>(Name + ".upload_bytes", description: "Bytes of stored pictures.");
    private static readonly Counter<long> RefusedCount = Meter.CreateCounter<long>(
        Name + ".refused", description: "HTTP requests that were refused, by status.");
    private static readonly Counter<long> BindsCount = Meter.CreateCounter<long>(
        Name + ".binds", description: "Requests to bind a client to a uid, by what became of them.");
    private static readonly Counter<long> ImportedCount = Meter.CreateCounter<long>(Name + ".imported", description: "Rows copied from old tables.");

    private static long _waiting;
    private static long _waitingBytes;

    static WebApiMeter()
    {
        Meter.CreateObservableGauge(
            Name + ".writes_waiting", static () => Interlocked.Read(ref _waiting), description: "Writes that wait for the log's writer.");
        Meter.CreateObservableGauge(Name + ".write_bytes_waiting", static () => Interlocked.Read(ref _waitingBytes), description: "Their bytes.");
    }

    /// <summary>
    /// Makes every series of a closed set of tags visible as 0: an alarm on a series that does not exist before its first event never rings.
    /// Called when a role has started, since a listener that comes later would not see it.
    /// </summary>
    public static void ShowAll()
    {
        foreach (var application in (ReadOnlySpan<string>)["shop", "service"])
        {
            foreach (var outcome in (ReadOnlySpan<string>)[
                "stored",
                "repeated",
                "invalid",
                "unknown_recipient",
                "conflict",
                "not_holder",
                "at_capacity",
                "unavailable"
            ])
            {
                SendsCount.Add(0, new("application", application), new("outcome", outcome));
            }
        }

        foreach (var outcome in (ReadOnlySpan<string>)["done", "repeated", "failed", "turned_away", "given_up"])
        {
            PushesCount.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        }

        foreach (var outcome in (ReadOnlySpan<string>)["stored", "no_picture", "over_quota"])
        {
            UploadsCount.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        }

        foreach (var status in (ReadOnlySpan<int>)[400, 401, 403, 404, 409, 410, 413, 415, 429, 500, 503])
        {
            RefusedCount.Add(0, new KeyValuePair<string, object?>("status", status));
        }

        foreach (var counter in (ReadOnlySpan<Counter<long>>)[RacesCount, FaultsCount, TurnedAwayCount, UploadBytes, ImportedCount])
        {
            counter.Add(0);
        }
    }

    /// <summary>A message was stored, or was not.</summary>
    public static void Sent(string application, string outcome) => SendsCount.Add(1, new("application", application), new("outcome", outcome));

    /// <summary>A transaction of the writer is committed.</summary>
    public static void Wrote(int writes, TimeSpan time)
    {
        GroupLength.Record(writes);
        GroupTime.Record(time.TotalMilliseconds);
    }

    /// <summary>A client was bound to a uid over HTTP, or not.</summary>
    public static void Bound(string outcome) => BindsCount.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>A transaction is run again.</summary>
    public static void LostRace() => RacesCount.Add(1);

    /// <summary>A transaction failed.</summary>
    public static void Failed() => FaultsCount.Add(1);

    /// <summary>A write found the queue full.</summary>
    public static void TurnedAway() => TurnedAwayCount.Add(1);

    /// <summary>Writes that came to the queue, or with negative numbers left it.</summary>
    public static void Waits(long writes, long bytes)
    {
        Interlocked.Add(ref _waiting, writes);
        Interlocked.Add(ref _waitingBytes, bytes);
    }

    /// <summary>A stored message was handed to the gateways, or was not.</summary>
    public static void Pushed(string outcome) => PushesCount.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>A picture came.</summary>
    public static void Uploaded(string outcome, long bytes)
    {
        UploadsCount.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        UploadBytes.Add(bytes);
    }

    /// <summary>A request was refused.</summary>
    public static void Refused(int status) => RefusedCount.Add(1, new KeyValuePair<string, object?>("status", status));

    /// <summary>Rows of an old table are in the log now.</summary>
    public static void Imported(long rows) => ImportedCount.Add(rows);
}
