using Microsoft.Extensions.Logging;
using Portico.Contracts.Ids;

namespace Portico.BusinessWorker.Links;

internal sealed partial class GatewayPeer
{
    [LoggerMessage(2000, LogLevel.Information, "Attached to gateway {Address}, loop {Loop} of {LoopCount}.")]
    private static partial void Attached(ILogger log, GatewayAddress address, uint loop, uint loopCount);

    [LoggerMessage(2001, LogLevel.Information, "The link to gateway {Address}, loop {Loop}, has ended.")]
    private static partial void Ended(ILogger log, GatewayAddress address, uint loop);

    [LoggerMessage(2003, LogLevel.Error, "The link to gateway {Address}, loop {Loop}, failed.")]
    private static partial void Failed(ILogger log, Exception fault, GatewayAddress address, uint loop);
}
