using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Hosting;

internal sealed partial class Drain
{
    [LoggerMessage(104, LogLevel.Information, "Gateway is draining: no client is admitted, {Count} connections are closed within {Seconds} s")]
    private partial void LogDraining(int count, double seconds);
}
