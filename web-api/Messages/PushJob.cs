using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>A committed message that still has to reach sockets.</summary>
internal sealed record PushJob(AppendRequest Message, AppendResult At, string ClientMsgId, string SenderClientId, string Holder = "")
{
    /// <summary>How long ago it was stored, when another process may have pushed it already; zero for a new message.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>What it holds of memory while it waits or is under way, about: two bytes a character, and three frames of one.</summary>
    public long Bytes => 1024 + (5L * (Message.Content.Length + (Message.Parts?.Length ?? 0) + (Message.Html?.Length ?? 0)));
}
