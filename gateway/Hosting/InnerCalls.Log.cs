using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Hosting;

internal sealed partial class InnerCalls
{
    [LoggerMessage(120, LogLevel.Error, "The inner port accepts nobody ({Reason}); those connected are served, new ones wait, and it tries again")]
    private partial void LogPaused(string reason);

    [LoggerMessage(121, LogLevel.Information, "The inner port accepts again")]
    private partial void LogResumed();
}
