using Microsoft.Extensions.Logging;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers.GatewayWorker;

internal sealed partial class PhpRefusals
{
    [LoggerMessage(544, LogLevel.Warning, "{Kind} of a PHP peer was not done: {Error} ({Count} commands since this was said last)")]
    private partial void LogRefused(CommandKind kind, string error, long count);
}
