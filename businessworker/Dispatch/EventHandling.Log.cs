using Microsoft.Extensions.Logging;
using Portico.Contracts.Protos.Gateway;

namespace Portico.BusinessWorker.Dispatch;

internal sealed partial class EventHandling
{
    [LoggerMessage(2100, LogLevel.Error, "A callback for {Kind} of client {ClientId} failed; the client stays and the event counts as handled.")]
    private static partial void CallbackFailed(ILogger log, Exception fault, string clientId, EventKind kind);

    [LoggerMessage(2101, LogLevel.Warning, "No module serves path {Path} on listener port {Port}: the client is closed.")]
    private static partial void NoModule(ILogger log, string path, int port);

    [LoggerMessage(2102, LogLevel.Warning, "An event of kind {Kind} is unknown to this worker and passed over.")]
    private static partial void UnknownEvent(ILogger log, EventKind kind);

    [LoggerMessage(2103, LogLevel.Error, "The state of client {ClientId} cannot be read and is passed over.")]
    private static partial void BadState(ILogger log, string clientId);
}
