namespace Portico.WebApi.Storage;

/// <summary>
/// A row with its place in the log. <paramref name="KeepsId"/>: its id becomes the message's; else the message gets a new one and the view shows the
/// old.
/// </summary>
internal readonly record struct BulkInsert(BulkRow Row, long Conversation, long Seq, bool KeepsId);
