using System.Net;
using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Transport;

internal sealed partial class AcceptTrouble
{
    [LoggerMessage(203, LogLevel.Error, "{EndPoint} cannot accept clients ({Reason}); those connected are served, new ones wait, and it tries again")]
    private partial void LogCannotAccept(IPEndPoint endPoint, string reason);

    [LoggerMessage(204, LogLevel.Information, "{EndPoint} accepts clients again")]
    private partial void LogAcceptsAgain(IPEndPoint endPoint);
}
