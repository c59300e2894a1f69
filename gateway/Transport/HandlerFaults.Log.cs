using System.Net;
using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Transport;

internal sealed partial class HandlerFaults
{
    [LoggerMessage(202, LogLevel.Error, "Handling the socket of {RemoteEndPoint} failed; it is closed, others go on")]
    private partial void LogHandlerFailed(Exception exception, IPEndPoint remoteEndPoint);
}
