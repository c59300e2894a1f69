using System.Threading.Channels;

namespace Portico.WebApi.Service;

/// <summary>
/// What has changed and is not yet told. Whoever changes something only notes it; <see cref="QueueTeller"/> tells it, so that a hundred changes
/// while one telling is under way are one telling more.
/// </summary>
internal sealed class QueueChanges
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _queueSignal = NewSignal();
    private readonly Channel<bool> _unreadSignal = NewSignal();
    private HashSet<string> _unread = new(StringComparer.Ordinal);
    private QueueChange _change;

    /// <summary>The queue has changed.</summary>
    public void Note(QueueChange change)
    {
        lock (_lock)
        {
            if (change != QueueChange.None)
            {
                _change |= change;
                _queueSignal.Writer.TryWrite(true);
            }
        }
    }

    /// <summary>What a visitor has not read has changed.</summary>
    public void NoteUnread(string openid)
    {
        lock (_lock)
        {
            _unread.Add(openid);
            _unreadSignal.Writer.TryWrite(true);
        }
    }

    /// <summary>Waits for a change of the queue and takes all there are.</summary>
    public async Task<QueueChange> NextAsync(CancellationToken cancellationToken)
    {
        await _queueSignal.Reader.ReadAsync(cancellationToken);
        lock (_lock)
        {
            var change = _change;
            _change = QueueChange.None;
            return change;
        }
    }

    /// <summary>Waits for visitors whose unread count has changed and takes all there are.</summary>
    public async Task<IReadOnlyCollection<string>> NextUnreadAsync(CancellationToken cancellationToken)
    {
        await _unreadSignal.Reader.ReadAsync(cancellationToken);
        lock (_lock)
        {
            var openids = _unread;
            _unread = new HashSet<string>(StringComparer.Ordinal);
            return openids;
        }
    }

    // A second signal says no more than the first.
    private static Channel<bool> NewSignal() => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}
