using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Hosting;

internal sealed partial class GatewayService
{
    [LoggerMessage(100, LogLevel.Information, "Portico gateway is ready: {Addresses}")]
    private partial void LogReady(string addresses);

    [LoggerMessage(101, LogLevel.Warning, "SecretKey is empty: every program on this machine may send commands to this gateway")]
    private partial void LogNoKey();

    [LoggerMessage(102, LogLevel.Information, "Gateway is leaving: {Count} clients are told")]
    private partial void LogLeaving(int count);
}
