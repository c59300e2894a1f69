using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Messages;

internal sealed partial class Pusher
{
    [LoggerMessage(3110, LogLevel.Warning, "Message {Id} could not be pushed, its receiver gets it on the next sync: {Reason}")]
    private partial void LogPushFailed(long id, string reason);

    [LoggerMessage(3111, LogLevel.Warning, "Too many pushes are waiting; one of conversation {Conversation} is left to the next sync")]
    private partial void LogQueueFull(long conversation);

    [LoggerMessage(
        3113,
        LogLevel.Warning,
        "{Count} messages were stored and not pushed: no gateway was known for {Seconds} s, or until the stop. Their receivers get them on the next sync")]
    private partial void LogGivenUp(int count, int seconds);

    [LoggerMessage(3112, LogLevel.Warning, "The stop did not wait for the last pushes; their receivers get them on the next sync")]
    private partial void LogStoppedEarly();

    [LoggerMessage(3114, LogLevel.Information, "{Count} messages of the last {Seconds} s were pushed again; gateways leave out what they have delivered")]
    private partial void LogRepeated(int count, int seconds);

    [LoggerMessage(3115, LogLevel.Warning, "The messages stored before the start could not be pushed again: {Reason}")]
    private partial void LogNotRepeated(string reason);
}
