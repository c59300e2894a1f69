using Portico.Contracts.Ids;
using Portico.WebApi.Identity;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>
/// Finds out which conversation a recipient's name stands for, and whether the sender may write there. Every entry of a message asks here, before
/// it stores anything. Thread-safe.
/// </summary>
internal sealed class Recipients
{
    // A conversation is never deleted, so what was found stays true; the bound is for the memory alone (some ten MiB).
    private const int MostOpen = 50_000;
    private static readonly object Open = new();

    private readonly OpaqueCodes _codes;
    private readonly ProductTable _products;
    private readonly ChatLog _log;
    private readonly Delivery _delivery;
    private readonly BriefCache<ConversationKey, object> _open;

    public Recipients(OpaqueCodes codes, ProductTable products, ChatLog log, Delivery delivery)
    {
        (_codes, _products, _log, _delivery) = (codes, products, log, delivery);
        _open = new(TimeSpan.MaxValue, log.Clock.Time, FindOpenAsync, MostOpen);
    }

    /// <summary>
    /// What the name stands for; null when it cannot be addressed by this sender. A merchant names buyers by their codes alone, so that trying
    /// out uids tells him nothing; uids of merchants are public. A backend may use either.
    /// </summary>
    public Recipient? Find(string application, string sender, string name, bool byBackend)
    {
        if (application == ConversationKey.Service)
        {
            return name.Length == 0 ? new Recipient(ConversationKey.OfVisitor(sender), true, false)
                : Uids.IsValid(name) ? new Recipient(ConversationKey.OfVisitor(name), false, false)
                : null;
        }

        var isCode = _codes.TryDecode(name, out var uid);
        uid = isCode ? uid : name;
        var isHidden = !isCode && !byBackend && Uids.IsBuyer(uid);
        var twoBuyers = Uids.IsBuyer(sender) && Uids.IsBuyer(uid);
        if (isHidden || twoBuyers || !Uids.IsValid(uid) || uid == sender)
        {
            return null;
        }

        var conversation = ConversationKey.Between(sender, uid);
        return new Recipient(conversation, conversation.MemberA == sender, isCode);
    }

    /// <summary>
    /// Whether the recipient exists, as far as this system can know: a merchant has a product, a code was made here, a visitor is connected, and with
    /// an open conversation nothing else is asked. Names that somebody made up must not become conversations.
    /// </summary>
    public async ValueTask<bool> IsKnownAsync(Recipient recipient)
    {
        var (conversation, fromA, isCode) = recipient;
        if (conversation.Application == ConversationKey.Service)
        {
            // A visitor who writes was admitted by his token.
            return fromA || await IsOpenAsync(conversation) || await _delivery.IsReceiverOnlineAsync(conversation, fromA);
        }

        var other = fromA ? conversation.MemberB : conversation.MemberA;
        return isCode || await IsOpenAsync(conversation) || (Uids.IsMerchant(other) && await _products.IsMerchantAsync(other));
    }

    /// <summary>Whether there is at least one message in the conversation, be it forgotten by now. Asks the database once for each one that is open.</summary>
    public async ValueTask<bool> IsOpenAsync(ConversationKey conversation) => await _open.GetAsync(conversation) is not null;

    // A row without a message is what a failed append can leave.
    private async Task<object?> FindOpenAsync(ConversationKey conversation) => await _log.FindAsync(conversation) is { LastSeq: > 0 } ? Open : null;
}
