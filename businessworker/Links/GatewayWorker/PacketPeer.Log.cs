using Microsoft.Extensions.Logging;
using Portico.Contracts.Ids;

namespace Portico.BusinessWorker.Links.GatewayWorker;

internal sealed partial class PacketPeer
{
    [LoggerMessage(2010, LogLevel.Information, "Connected to gateway {Address} in GatewayWorker's protocol.")]
    private static partial void Connected(ILogger log, GatewayAddress address);

    [LoggerMessage(2011, LogLevel.Information, "The link to gateway {Address} (GatewayWorker's protocol) has ended.")]
    private static partial void Ended(ILogger log, GatewayAddress address);

    [LoggerMessage(2012, LogLevel.Warning, "The link to gateway {Address} (GatewayWorker's protocol) broke: {Reason}")]
    private static partial void Broke(ILogger log, GatewayAddress address, string reason);

    [LoggerMessage(2013, LogLevel.Error, "The link to gateway {Address} (GatewayWorker's protocol) failed.")]
    private static partial void Failed(ILogger log, Exception fault, GatewayAddress address);
}
