using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Media;

internal sealed partial class MediaStore
{
    [LoggerMessage(3310, LogLevel.Error, "A picture could not be stored; its sender was told so: {Reason}")]
    private partial void LogNotStored(string reason);

    [LoggerMessage(3311, LogLevel.Information, "The half {File} stays, as somebody has it open: {Reason}")]
    private partial void LogHalfLeft(string file, string reason);
}
