namespace Portico.Gateway.Workers;

/// <summary>
/// A place, or all places of a kind, as one loop sees it: which workers take its clients, and which clients wait for one. On the loop's thread.
/// </summary>
/// <param name="name">For logs and reports.</param>
/// <param name="parked">Where its clients wait.</param>
/// <param name="isConfigured">Configuration names it: it is never forgotten.</param>
internal sealed class WorkerPlace(string name, ParkingLot parked, bool isConfigured = false)
{
    private long? _leftAt;

    /// <summary>For logs and reports.</summary>
    public string Name => name;

    /// <summary>Where its clients wait.</summary>
    public ParkingLot Parked => parked;

    /// <summary>Configuration names it.</summary>
    public bool IsConfigured => isConfigured;

    /// <summary>The links that take its clients.</summary>
    public IWorkerLink[] Open { get; private set; } = [];

    /// <summary>Some link takes its clients.</summary>
    public bool HasOpen => Open.Length > 0;

    /// <summary>A worker that it depends on is there: one that names it, or, for the places that no worker names, one that serves those.</summary>
    public bool IsServed { get; private set; }

    /// <summary>What the log was last told of <see cref="HasOpen"/>.</summary>
    public bool Told { get; set; }

    /// <summary>Links came or went.</summary>
    /// <param name="open">Those that take its clients.</param>
    /// <param name="isServed">See <see cref="IsServed"/>.</param>
    /// <param name="now">Milliseconds of the loop's clock.</param>
    public void Update(IWorkerLink[] open, bool isServed, long now)
    {
        Open = open;
        _leftAt = IsServed && !isServed ? now : _leftAt;
        IsServed = isServed;
    }

    /// <summary>Such a worker is there, or left less than so many milliseconds ago.</summary>
    public bool IsRemembered(long now, long milliseconds) => IsServed || (_leftAt is { } left && now - left < milliseconds);
}
