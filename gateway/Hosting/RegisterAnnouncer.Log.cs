using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Hosting;

internal sealed partial class RegisterAnnouncer
{
    [LoggerMessage(110, LogLevel.Information, "Announced at register {Register}")]
    private partial void LogAnnounced(RegisterOptions register);

    [LoggerMessage(
        112,
        LogLevel.Error,
        "Register {Register} refuses this gateway: another one that lives has announced {Address}. Each gateway needs a Gateway:LanIp and "
            + "Gateway:LanPort of its own; until then it gets no workers")]
    private partial void LogRefused(RegisterOptions register, string address);

    [LoggerMessage(111, LogLevel.Warning, "Register {Register} cannot be reached, trying on: {Why}")]
    private partial void LogLost(RegisterOptions register, string why);
}
