using Portico.WebApi.Storage;

namespace Portico.WebApi.Hosting;

/// <summary>Reads the ceilings below <c>WebApi:Limits</c>.</summary>
internal static class WebApiLimitsReader
{
    private const long Most = int.MaxValue;

    /// <summary>Those of the log's writer.</summary>
    public static StoreLimits ReadWriter(OptionReader reader)
    {
        var usual = new StoreLimits();
        return new StoreLimits
        {
            QueueLength = (int)reader.Number("WebApi:Limits:QueueLength", usual.QueueLength, 1, 1_000_000),
            QueueBytes = reader.Number("WebApi:Limits:QueueBytes", usual.QueueBytes, 1 << 20, Most),
            BatchLength = (int)reader.Number("WebApi:Limits:BatchLength", usual.BatchLength, 1, 10_000),
            BatchBytes = reader.Number("WebApi:Limits:BatchBytes", usual.BatchBytes, 1 << 16, 1 << 30),
        };
    }

    /// <summary>All others.</summary>
    public static WebApiLimits Read(OptionReader reader)
    {
        var usual = new WebApiLimits();
        return new WebApiLimits
        {
            RequestBytes = Limit(nameof(usual.RequestBytes), usual.RequestBytes, 1024),
            ContentBytes = Limit(nameof(usual.ContentBytes), usual.ContentBytes, 1),
            PresenceMilliseconds = Limit(nameof(usual.PresenceMilliseconds), usual.PresenceMilliseconds, 0),
            PushMilliseconds = Limit(nameof(usual.PushMilliseconds), usual.PushMilliseconds, 1),
            PushQueue = Limit(nameof(usual.PushQueue), usual.PushQueue, 1),
            PushBytes = Limit(nameof(usual.PushBytes), usual.PushBytes, 1 << 20),
            GatewayMilliseconds = Limit(nameof(usual.GatewayMilliseconds), usual.GatewayMilliseconds, 1),
            PageLength = Limit(nameof(usual.PageLength), usual.PageLength, 1),
            PageBytes = Limit(nameof(usual.PageBytes), usual.PageBytes, 1024),
            ListLength = Limit(nameof(usual.ListLength), usual.ListLength, 1),
            PictureBytes = Limit(nameof(usual.PictureBytes), usual.PictureBytes, 1024),
            PicturePixels = reader.Number("WebApi:Limits:PicturePixels", usual.PicturePixels, 1, long.MaxValue),
            PicturesPerMessage = Limit(nameof(usual.PicturesPerMessage), usual.PicturesPerMessage, 1),
            UploadBytesPerDay = reader.Number("WebApi:Limits:UploadBytesPerDay", usual.UploadBytesPerDay, 0, long.MaxValue),
            MessagesPerSecond = Limit(nameof(usual.MessagesPerSecond), usual.MessagesPerSecond, 0),
            MessageBurst = Limit(nameof(usual.MessageBurst), usual.MessageBurst, 1),
            MessageBytesPerDay = reader.Number("WebApi:Limits:MessageBytesPerDay", usual.MessageBytesPerDay, 0, long.MaxValue),
            NewConversationsPerDay = Limit(nameof(usual.NewConversationsPerDay), usual.NewConversationsPerDay, 0),
            FailedCredentialsPerAddress = Limit(nameof(usual.FailedCredentialsPerAddress), usual.FailedCredentialsPerAddress, 0),
            FailedBindsPerUid = Limit(nameof(usual.FailedBindsPerUid), usual.FailedBindsPerUid, 0),
            FailedBindsPerAddress = Limit(nameof(usual.FailedBindsPerAddress), usual.FailedBindsPerAddress, 0),
            RecallSeconds = Limit(nameof(usual.RecallSeconds), usual.RecallSeconds, 0),
        };

        int Limit(string name, int fallback, int least) => (int)reader.Number("WebApi:Limits:" + name, fallback, least, Most);
    }
}
