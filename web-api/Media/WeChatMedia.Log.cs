using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Media;

internal sealed partial class WeChatMedia
{
    [LoggerMessage(3300, LogLevel.Error, "WebApi:WeChat:Token or a readable WebApi:WeChat:TokenFile is needed to fetch pictures from WeChat")]
    private partial void LogNoToken();

    [LoggerMessage(3301, LogLevel.Warning, "WeChat answered {Status} for a picture")]
    private partial void LogRefused(int status);

    [LoggerMessage(3302, LogLevel.Warning, "A picture could not be fetched from WeChat: {Kind}")]
    private partial void LogFailed(string kind);
}
