using Portico.BusinessWorker.Events;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.BusinessWorker.Links;

/// <summary>Commands to all gateways over the links, without an answer.</summary>
internal sealed class LinkPosts(LinkTable table, EarlyPosts early) : IGatewayPosts
{
    /// <inheritdoc/>
    public ValueTask ToUidAsync(ReadOnlySpan<byte> uid, ReadOnlySpan<byte> message, bool binary = false) =>
        PostAsync(new CommandFields { Kind = CommandKind.SendToUid, FirstName = uid, Body = message, Binary = binary });

    /// <inheritdoc/>
    public ValueTask ToGroupAsync(ReadOnlySpan<byte> group, ReadOnlySpan<byte> message, bool binary = false) =>
        PostAsync(new CommandFields { Kind = CommandKind.SendToGroup, FirstName = group, Body = message, Binary = binary });

    /// <inheritdoc/>
    public ValueTask ToAllAsync(ReadOnlySpan<byte> message, bool binary = false) =>
        PostAsync(new CommandFields { Kind = CommandKind.SendToAll, Body = message, Binary = binary });

    private ValueTask PostAsync(scoped in CommandFields fields) => !early.IsOpen && early.TryKeep(table, fields) ? default : PostAsync(table, fields);

    /// <summary>Posts on every link that stands.</summary>
    internal static ValueTask PostAsync(LinkTable table, scoped in CommandFields fields)
    {
        List<Task>? behind = null;
        foreach (var link in table.All)
        {
            var posted = link.PostAsync(fields);
            if (!posted.IsCompletedSuccessfully)
            {
                (behind ??= []).Add(posted.AsTask());
            }
        }

        foreach (var link in table.Packets)
        {
            var posted = link.PostAsync(fields);
            if (!posted.IsCompletedSuccessfully)
            {
                (behind ??= []).Add(posted.AsTask());
            }
        }

        return behind is null ? default : new ValueTask(Task.WhenAll(behind));
    }
}
