using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Hosting;

/// <summary>One entry of <c>BusinessWorker:Events</c>.</summary>
/// <param name="Name">The module.</param>
/// <param name="Place">Where it serves.</param>
internal readonly record struct ModuleEntry(string Name, ModulePlace Place);
