using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Endpoints;

internal sealed partial class ErrorBorder
{
    [LoggerMessage(3200, LogLevel.Error, "A request to {Path} failed")]
    private partial void LogFault(Exception fault, string path);
}
