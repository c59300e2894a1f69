namespace Portico.WebApi.Hosting;

/// <summary>The secrets of opaque codes that are used: those of the configuration, or the one that this web-api has made for itself.</summary>
/// <param name="All">Newest first.</param>
internal sealed record CodeKeys(IReadOnlyList<string> All);
