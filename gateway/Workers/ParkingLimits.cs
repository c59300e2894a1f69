namespace Portico.Gateway.Workers;

/// <summary>How much and how long one loop lets events wait for a worker.</summary>
/// <param name="Bytes">Bytes of all of them.</param>
/// <param name="Time">For each client.</param>
internal sealed record ParkingLimits(long Bytes, TimeSpan Time);
