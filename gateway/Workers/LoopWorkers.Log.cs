using Microsoft.Extensions.Logging;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

internal sealed partial class LoopWorkers
{
    [LoggerMessage(
        513,
        LogLevel.Error,
        "Event {Number} ({Kind}) of client {Client} is not given to a worker again: {Deaths} died with it. The client is closed with 1011")]
    private partial void LogDeadly(EventKind kind, ulong number, ClientId client, int deaths);

    [LoggerMessage(514, LogLevel.Warning, "Worker {Worker} wanted to leave loop {Loop} and hangs: its link is ended, its events go to another")]
    private partial void LogHanging(string worker, int loop);

    [LoggerMessage(515, LogLevel.Warning, "Worker {Worker} hangs on loop {Loop}: for {Seconds} s {Why}. Its link is ended, its events go to another")]
    private partial void LogHung(string worker, int loop, long seconds, string why);

    [LoggerMessage(
        516,
        LogLevel.Warning,
        "Worker {Worker} has not been done with an event of client {Client} for {Seconds} s, though it gets on with others: that client waits")]
    private partial void LogStuck(string worker, ClientId client, long seconds);

    [LoggerMessage(
        517,
        LogLevel.Warning,
        "{Count} messages of loop {Loop} were too large for the packets of the GatewayWorker protocol (10 MiB with the session), their clients are "
            + "closed with 1009: such messages need .NET workers")]
    private partial void LogTooBig(long count, int loop);
}
