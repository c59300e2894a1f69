using Microsoft.Extensions.Logging;

namespace Portico.Standalone;

internal sealed partial class StandaloneRoles
{
    [LoggerMessage(
        4000, LogLevel.Information, "Portico is ready: {Addresses}; API key: {ApiKey}; SecretKey (inner ports, PHP's Gateway::$secretKey): {SecretKey}")]
    private partial void LogReady(string addresses, string apiKey, string secretKey);
}
