namespace Portico.WebApi.Hosting;

/// <summary>Ceilings of a web-api, each an option under <c>WebApi:Limits</c>; no other place holds one.</summary>
internal sealed record WebApiLimits
{
    /// <summary>Body of a request, bytes. 16 MiB: a chat message with some inline pictures in base64.</summary>
    public int RequestBytes { get; init; } = 16 << 20;

    /// <summary>Text of one message, bytes in UTF-8. 1 MiB, as a client's message by default.</summary>
    public int ContentBytes { get; init; } = 1 << 20;

    /// <summary>How long a send waits for "is the receiver online", milliseconds; past it the answer is 0 (docs/dev/applications.md 1.1: 200).</summary>
    public int PresenceMilliseconds { get; init; } = 200;

    /// <summary>How long one push may take before the pusher goes on to the next, milliseconds.</summary>
    public int PushMilliseconds { get; init; } = 2000;

    /// <summary>Pushes that may wait; more are left to the receivers' next sync. 65,536 are some seconds of sends and a few ten MiB.</summary>
    public int PushQueue { get; init; } = 65_536;

    /// <summary>
    /// Bytes of pushes that wait or are under way; more are left to the receivers' next sync. 128 MiB: a gateway that hangs while people send
    /// pictures in text must not fill the memory.
    /// </summary>
    public int PushBytes { get; init; } = 128 << 20;

    /// <summary>How long a call to the gateways may take, milliseconds.</summary>
    public int GatewayMilliseconds { get; init; } = 5000;

    /// <summary>Entries of one page of messages or conversations.</summary>
    public int PageLength { get; init; } = 500;

    /// <summary>
    /// What the messages of one page or one sync say, bytes in UTF-8; one message goes always. 1 MiB: with it a client's outbox has room for what
    /// else comes, and a page of usual messages never meets it.
    /// </summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>Entries of one list in a request: uids, groups, client ids.</summary>
    public int ListLength { get; init; } = 10_000;

    /// <summary>One picture, bytes. 10 MiB, what phones make.</summary>
    public int PictureBytes { get; init; } = 10 << 20;

    /// <summary>One picture, width times height; 50 million is more than phones make and less than a decompression bomb.</summary>
    public long PicturePixels { get; init; } = 50_000_000;

    /// <summary>Pictures in one message; WeChat's picker gives nine.</summary>
    public int PicturesPerMessage { get; init; } = 9;

    /// <summary>Pictures of one uid in 24 hours, bytes.</summary>
    public long UploadBytesPerDay { get; init; } = 200L << 20;

    /// <summary>
    /// Messages of one uid a second, at one web-api, once <see cref="MessageBurst"/> is used up; 0: no limit. 20: more than anybody types, and than a
    /// page sends.
    /// </summary>
    public int MessagesPerSecond { get; init; } = 20;

    /// <summary>
    /// Messages of one uid at once, before <see cref="MessagesPerSecond"/> holds. 200: what portico.js keeps while there is no network, sent
    /// together.
    /// </summary>
    public int MessageBurst { get; init; } = 200;

    /// <summary>
    /// What the messages of one uid say in 24 hours, bytes as they are stored, at one web-api; 0: no limit. 64 MiB: many books, and pictures count by
    /// themselves.
    /// </summary>
    public long MessageBytesPerDay { get; init; } = 64L << 20;

    /// <summary>Conversations that one uid opens in 24 hours, at one web-api; 0: no limit. 200: more shops than anybody asks in a day.</summary>
    public int NewConversationsPerDay { get; init; } = 200;

    /// <summary>
    /// Wrong API keys and user tokens from one address in a minute; then what is unknown from there is refused unseen until the minute is over. 30:
    /// more than a mistyped key or a forgotten page cause, and too few to guess with; 0 for no bound. Loopback counts as one address.
    /// </summary>
    public int FailedCredentialsPerAddress { get; init; } = 30;

    /// <summary>
    /// Binds of a user that may fail in a minute (BindUserClientId with a user token); then the user's binds are refused until the minute is over.
    /// 10: a page that reconnects needs one each time; 0 for no bound.
    /// </summary>
    public int FailedBindsPerUid { get; init; } = 10;

    /// <summary>
    /// The same for the address that callers come from, all users together. 100: an address may be a school or a mobile network. Not for loopback and
    /// for proxies that name no client, behind which everybody may be.
    /// </summary>
    public int FailedBindsPerAddress { get; init; } = 100;

    /// <summary>How long a message may be taken back, seconds.</summary>
    public int RecallSeconds { get; init; } = 120;
}
