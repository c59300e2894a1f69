using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Commands;

/// <summary>
/// What each command and query of gateway.proto means, for the clients of one loop; both wire faces come here. Commands of one client
/// belong to the loop that has it, all others run on every loop and <see cref="CommandMerge"/> puts the answers together. On the loop's thread.
/// </summary>
internal sealed class LoopCommands(LoopClients clients)
{
    private readonly SendCommands _sends = new(clients);
    private readonly CloseCommands _closes = new(clients);
    private readonly ClientCommands _changes = new(clients);
    private readonly QueryCommands _queries = new(clients);

    /// <summary>Of a command of this kind only the loop of its connection has something to do.</summary>
    public static bool IsForOneClient(CommandKind kind) => kind switch
    {
        CommandKind.SendToClient or CommandKind.CloseClient or CommandKind.DestroyClient or CommandKind.BindUid or CommandKind.UnbindUid
            or CommandKind.JoinGroup or CommandKind.LeaveGroup or CommandKind.SetSession or CommandKind.UpdateSession
            or CommandKind.IsOnline or CommandKind.GetSession => true,
        _ => false,
    };

    /// <summary>Executes one command. <paramref name="rows"/> takes the lists of a query's answer; null when nobody wants them.</summary>
    public CommandOutcome Execute(in CommandView command, CommandResult? rows) => command.Kind switch
    {
        CommandKind.SendToClient => _sends.ToClient(in command),
        CommandKind.SendToAll => _sends.ToAll(in command),
        CommandKind.SendToUid => _sends.ToNames(in command, clients.Uids),
        CommandKind.SendToGroup => _sends.ToNames(in command, clients.Groups),
        CommandKind.CloseClient => _closes.Close(in command),
        CommandKind.CloseUid => _closes.CloseUid(in command),
        CommandKind.DestroyClient => _closes.Destroy(in command),
        CommandKind.BindUid => _changes.BindUid(in command),
        CommandKind.UnbindUid => _changes.UnbindUid(in command),
        CommandKind.JoinGroup => _changes.JoinGroup(in command),
        CommandKind.LeaveGroup => _changes.LeaveGroup(in command),
        CommandKind.Ungroup => _changes.Ungroup(in command),
        CommandKind.SetSession => _changes.SetSession(in command),
        CommandKind.UpdateSession => _changes.UpdateSession(in command),
        CommandKind.IsOnline => _queries.IsOnline(in command),
        CommandKind.GetSession => _queries.GetSession(in command, rows),
        CommandKind.Select => _queries.Select(in command, rows),
        CommandKind.CountClients => _queries.CountClients(in command, rows),
        CommandKind.ClientsByUid => _queries.ClientsByUid(in command, rows),
        CommandKind.ListGroups => _queries.ListGroups(rows),
        CommandKind.CountUids => _queries.CountUids(in command, rows),
        _ => CommandOutcome.Refused("unknown command"),
    };
}
