using Microsoft.Extensions.Logging;

namespace Portico.Client;

public sealed partial class RegisterWatcher
{
    [LoggerMessage(800, LogLevel.Information, "Register {Register}: version {Version}, {Count} gateways")]
    private static partial void RegisterSaid(ILogger log, string register, ulong version, int count);

    [LoggerMessage(801, LogLevel.Warning, "Register {Register} is away ({Reason}); what it said last stays, and it is tried again")]
    private static partial void RegisterAway(ILogger log, string register, string reason);

    [LoggerMessage(802, LogLevel.Information, "Register {Register} was restarted; its former list stays a moment beside the new one")]
    private static partial void RegisterRestarted(ILogger log, string register);
}
