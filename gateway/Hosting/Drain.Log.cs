using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Hosting;

internal sealed partial class Drain
{
    [LoggerMessage(104, LogLevel.Information, "Gateway is drained: no client is let in, {Count} are let go within {Seconds} s")]
    private partial void LogDraining(int count, double seconds);
}
