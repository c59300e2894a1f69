using Microsoft.Extensions.Hosting;

namespace Portico.Standalone;

/// <summary>One of the roles in this process.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">Its host, built and not yet started.</param>
internal sealed record StandaloneRole(string Name, IHost Host);
