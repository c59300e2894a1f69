using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Hosting;

internal sealed partial class RegisterAnnouncer
{
    [LoggerMessage(110, LogLevel.Information, "Announced at register {Register}")]
    private partial void LogAnnounced(RegisterOptions register);

    [LoggerMessage(111, LogLevel.Warning, "Register {Register} cannot be reached, trying on: {Why}")]
    private partial void LogLost(RegisterOptions register, string why);
}
