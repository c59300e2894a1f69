namespace Portico.WebApi.Tests.Storage;

/// <summary>What something cost a MariaDB server, by its own counters.</summary>
internal sealed record QueryCost(long Selects, long Connections, long Kills);
