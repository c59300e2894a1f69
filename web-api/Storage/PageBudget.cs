namespace Portico.WebApi.Storage;

/// <summary>
/// Decides how many of a conversation's messages an answer holds: so many at most, and no more bytes than are left; the first message always, so that a
/// caller who turns pages moves on. A message that finds no room ends the page of its conversation.
/// </summary>
/// <param name="limit">Messages of one conversation.</param>
/// <param name="bytes">What all pages together may say.</param>
/// <param name="firstAlways">False: a first message that is too large is left out, too.</param>
internal sealed class PageBudget(int limit, long bytes, bool firstAlways = true)
{
    private long _conversation;
    private int _taken;
    private bool _ended;
    private long _left = bytes;

    /// <summary>What all pages together may say, bytes in UTF-8.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Whether a row of the current conversation was left out.</summary>
    public bool HasMore => _ended;

    /// <summary>Whether the row belongs to the answer; rows come conversation by conversation, each in the order of its page.</summary>
    public bool Takes(MessageRow row)
    {
        if (row.ConversationId != _conversation)
        {
            (_conversation, _taken, _ended) = (row.ConversationId, 0, _left <= 0);
        }

        if (_ended || _taken == limit || (row.Bytes > _left && !(firstAlways && _taken == 0)))
        {
            _ended = true;
            return false;
        }

        _taken++;
        _left -= row.Bytes;
        return true;
    }
}
