namespace Portico.Client;

/// <summary>How many workers of a gateway serve a place.</summary>
/// <param name="Place">"/path", "PORT/", or empty for every place that no worker names.</param>
/// <param name="Module">The module there; "php" for PHP workers, empty where workers do not name it or there is none.</param>
/// <param name="Workers">Workers attached now; 0 for a place that is remembered or configured.</param>
public sealed record PlaceWorkers(string Place, string Module, int Workers);
