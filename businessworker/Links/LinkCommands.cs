using Portico.BusinessWorker.Events;
using Portico.BusinessWorker.Links.GatewayWorker;
using Portico.Client;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.BusinessWorker.Links;

/// <summary>
/// The road of the gateway client inside a worker: over the links, in order with all else this worker sends. A command for one client goes to its loop's
/// stream, any other to each stream of the gateway, whose answers are put together.
/// </summary>
internal sealed class LinkCommands(LinkTable table, TimeProvider clock) : IGatewayCommands
{
    // A worker's own sessions are bounded by the gateway; this only bounds the merge that mirrors it.
    private const int LargestSession = 2 * 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyList<GatewayAddress> Gateways => table.Gateways;

    /// <inheritdoc/>
    public bool IsKnown(GatewayAddress gateway) => table.Loops(gateway).Length > 0 || table.Gateways.Contains(gateway);

    /// <inheritdoc/>
    public async Task<CommandOutcome> ExecuteAsync(GatewayAddress gateway, Command command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var loops = table.Loops(gateway);
        if (loops.Length == 0)
        {
            return table.FindPackets(gateway) is { } packets
                ? await ExecuteAsync(packets, command, timeout, cancellationToken)
                : CommandOutcome.Failed(CommandStatus.GatewayGone, "there is no link to this gateway at the moment");
        }

        if (IsForOne(command.Kind))
        {
            var link = loops[command.Connection % (uint)loops.Length];
            var outcome = await ExecuteAsync(link, command, timeout, cancellationToken);
            Note(link?.FindClient(command.Connection), command, outcome, 0);
            return outcome;
        }

        return await ExecuteEverywhereAsync(loops, command, timeout, cancellationToken);
    }

    private static async Task<CommandOutcome> ExecuteAsync(PacketLink link, Command command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var outcome = await link.ExecuteAsync(command, timeout, cancellationToken);
        Note(link.FindClient(command.Connection), command, outcome, link.Posted);
        return outcome;
    }

    private async Task<CommandOutcome> ExecuteEverywhereAsync(GatewayLink?[] loops, Command command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Distinct uids of several loops cannot be added up: count them here.
        var countsUids = command.Kind == CommandKind.CountUids && command.Names.Count == 0 && loops.Length > 1;
        if (countsUids)
        {
            command = new Command { Kind = CommandKind.Select, Select = new Select { Uid = true, All = true } };
        }

        var pending = new Task<CommandOutcome>[loops.Length];
        for (var i = 0; i < loops.Length; i++)
        {
            pending[i] = ExecuteAsync(loops[i], command, timeout, cancellationToken);
        }

        var outcomes = await Task.WhenAll(pending);
        var whole = OutcomeMerge.Merge(outcomes);
        if (countsUids)
        {
            whole.Count = whole.Clients.Where(row => row.Uid.Length > 0).Select(row => row.Uid).Distinct(StringComparer.Ordinal).Count();
            whole.Clients.Clear();
        }

        return whole;
    }

    private async Task<CommandOutcome> ExecuteAsync(GatewayLink? link, Command command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (link is null)
        {
            return CommandOutcome.Failed(CommandStatus.GatewayGone);
        }

        var taker = new OutcomeTaker();
        var id = link.Queries.Add(taker);
        if (id == 0)
        {
            return link.IsClosed
                ? CommandOutcome.Failed(CommandStatus.GatewayGone)
                : CommandOutcome.Failed(CommandStatus.Refused, "too many commands wait for their results");
        }

        // Taken even when the link is behind; the result tells when it was done.
        _ = PostAsync(link, id, command).AsTask();
        try
        {
            return await taker.Outcome.WaitAsync(timeout, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return CommandOutcome.Failed(CommandStatus.TimedOut);
        }
        finally
        {
            link.Queries.Remove(id);
        }
    }

    private static ValueTask PostAsync(GatewayLink link, ulong id, Command command) => link.PostAsync(
        new CommandFields
        {
            Id = id,
            Kind = command.Kind,
            Connection = command.Connection,
            Body = command.Body.Span,
            Binary = command.Binary,
            Raw = command.Raw,
            OnlyConnections = command.OnlyConnections,
            HasBody = command.HasBody,
            CloseCode = command.CloseCode,
            CloseReason = System.Text.Encoding.UTF8.GetBytes(command.CloseReason),
            Subprotocol = System.Text.Encoding.UTF8.GetBytes(command.Subprotocol),
            ExceptSubprotocol = command.ExceptSubprotocol,
            OnlyIfUnbound = command.OnlyIfUnbound,
            HasSelect = command.Select is not null,
            Select = command.Select is null ? default : Google.Protobuf.MessageExtensions.ToByteArray(command.Select),
        },
        [.. command.Names],
        [.. command.Connections],
        [.. command.Exclude]);

    private static bool IsForOne(CommandKind kind) => kind is CommandKind.SendToClient or CommandKind.CloseClient or CommandKind.DestroyClient
        or CommandKind.BindUid or CommandKind.UnbindUid or CommandKind.JoinGroup or CommandKind.LeaveGroup
        or CommandKind.SetSession or CommandKind.UpdateSession or CommandKind.IsOnline or CommandKind.GetSession;

    // The gateway tells a stream only what others changed: what this stream changed has to be noted here.
    private static void Note(ClientContext? client, Command command, CommandOutcome outcome, ulong posted)
    {
        if (outcome.Status != CommandStatus.Delivered || client is null)
        {
            return;
        }

        switch (command.Kind)
        {
            case CommandKind.BindUid:
                client.NoteUid(command.Names[0], posted);
                break;
            case CommandKind.UnbindUid when command.Names.Count == 0 || command.Names[0] == client.Uid:
                client.NoteUid(null, posted);
                break;
            case CommandKind.SetSession:
                client.NoteSession(command.Body.ToByteArray(), posted);
                break;
            case CommandKind.UpdateSession when SessionMerge.TryMerge(client.StoredSession, command.Body.Span, LargestSession, out var merged):
                client.NoteSession(merged, posted);
                break;
            default:
                break;
        }
    }
}
