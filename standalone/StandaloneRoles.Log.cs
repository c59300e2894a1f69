using Microsoft.Extensions.Logging;

namespace Portico.Standalone;

internal sealed partial class StandaloneRoles
{
    [LoggerMessage(4000, LogLevel.Information, "Portico is ready: {Addresses}; API key in {ApiKeyFile}")]
    private partial void LogReady(string addresses, string apiKeyFile);
}
