using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Workers.GatewayWorker;

internal sealed partial class InnerConnection
{
    private void LogWorker(string key) => LogWorker(_port.Logger, key);

    private void LogWorkerGone(string key) => LogWorkerGone(_port.Logger, key);

    private void LogAborted(string peer, string why) => LogAborted(_port.Logger, peer, why);

    [LoggerMessage(540, LogLevel.Information, "PHP worker {Key} is connected")]
    private static partial void LogWorker(ILogger logger, string key);

    [LoggerMessage(541, LogLevel.Information, "PHP worker {Key} is gone")]
    private static partial void LogWorkerGone(ILogger logger, string key);

    [LoggerMessage(543, LogLevel.Information, "The inner connection of {Peer} is closed: {Why}")]
    private static partial void LogAborted(ILogger logger, string peer, string why);
}
