using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.BusinessWorker.Links;

/// <summary>
/// Posts from the first moment of a worker, when it does not know all gateways yet: they are kept until it does, in order, and not sent to the few that it
/// knows already. Bounded in bytes and time. Thread-safe.
/// </summary>
internal sealed class EarlyPosts(TimeProvider clock)
{
    // What would reach clients later than that is of no use to them.
    private static readonly TimeSpan KeptTime = TimeSpan.FromSeconds(30);
    private const int MostBytes = 8 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<(CommandKind Kind, byte[] Name, byte[] Body, bool Binary, long Since)> _kept = new();
    private int _bytes;
    private volatile bool _isOpen;

    /// <summary>Whether posts go to the links at once.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Posts that were given up because too much was kept already, or for too long.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Keeps a post; false when the links are open by now.</summary>
    public bool TryKeep(LinkTable links, scoped in CommandFields fields)
    {
        lock (_lock)
        {
            if (_isOpen || links.IsComplete)
            {
                Open(links);
                return false;
            }

            var size = fields.FirstName.Length + fields.Body.Length + 64;
            if (_bytes + size > MostBytes)
            {
                GivenUp++;
                return true;
            }

            _bytes += size;
            _kept.Enqueue((fields.Kind, fields.FirstName.ToArray(), fields.Body.ToArray(), fields.Binary, clock.GetTimestamp()));
            return true;
        }
    }

    /// <summary>Sends what was kept and keeps nothing more. What is posted meanwhile comes after it.</summary>
    /// <param name="links">Where to.</param>
    public void Open(LinkTable links)
    {
        lock (_lock)
        {
            while (_kept.TryDequeue(out var post))
            {
                if (clock.GetElapsedTime(post.Since) > KeptTime)
                {
                    GivenUp++;
                    continue;
                }

                // A link that is behind takes it all the same; who posted has gone on.
                _ = LinkPosts.PostAsync(links, new CommandFields { Kind = post.Kind, FirstName = post.Name, Body = post.Body, Binary = post.Binary }).AsTask();
            }

            _isOpen = true;
        }
    }
}
