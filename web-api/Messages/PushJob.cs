using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>A committed message that still has to reach sockets.</summary>
internal sealed record PushJob(AppendRequest Message, AppendResult At, string ClientMsgId, string SenderClientId, string Holder = "");
