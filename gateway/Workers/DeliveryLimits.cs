using Portico.Contracts.Link;

namespace Portico.Gateway.Workers;

/// <summary>How much and how long one loop lets events wait.</summary>
/// <param name="Bytes">Bytes of all that wait for a worker to come.</param>
/// <param name="Time">How long those of a client do.</param>
/// <param name="Client">Bytes of one client's events that its worker has not acknowledged; beyond it this client is not read.</param>
/// <param name="Worker">How long a worker may not get on before it counts as dead; zero: for ever.</param>
internal sealed record DeliveryLimits(long Bytes, TimeSpan Time, long Client, TimeSpan Worker)
{
    /// <summary>Bytes of events of clients whose path no worker serves.</summary>
    public long UnknownBytes { get; init; } = 64 * 1024;

    /// <summary>Such events.</summary>
    public long UnknownEvents { get; init; } = 100;

    /// <summary>How long those wait, if <see cref="Time"/> is not shorter.</summary>
    public TimeSpan UnknownTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Places that PHP workers name.</summary>
    public IReadOnlyList<ModulePlace> PhpPlaces { get; init; } = [];
}
