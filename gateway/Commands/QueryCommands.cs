using System.Text;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Connections;
using Portico.Gateway.Sessions;

namespace Portico.Gateway.Commands;

/// <summary>The commands that only ask.</summary>
internal sealed class QueryCommands(LoopClients clients)
{
    /// <summary>IS_ONLINE.</summary>
    public CommandOutcome IsOnline(in CommandView command) =>
        CommandOutcome.Counted(clients.Table.Find(command.Connection) is null ? 0 : 1);

    /// <summary>GET_SESSION.</summary>
    public CommandOutcome GetSession(in CommandView command, CommandResult? rows)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        rows?.Clients.Add(new ClientRow { Connection = client.Id, Session = UnsafeByteOperations.UnsafeWrap(client.Session) });
        return CommandOutcome.Counted(1);
    }

    /// <summary>COUNT_CLIENTS.</summary>
    public CommandOutcome CountClients(in CommandView command, CommandResult? rows) => IsUnnamed(in command)
        ? CommandOutcome.Counted(clients.Table.Count)
        : CountNames(in command, clients.Groups, rows, withConnections: false);

    /// <summary>CLIENTS_BY_UID.</summary>
    public CommandOutcome ClientsByUid(in CommandView command, CommandResult? rows) =>
        CountNames(in command, clients.Uids, rows, withConnections: true);

    /// <summary>COUNT_UIDS. Without names the uids themselves are listed too: another loop may have the same ones.</summary>
    public CommandOutcome CountUids(in CommandView command, CommandResult? rows)
    {
        if (!IsUnnamed(in command))
        {
            return CountNames(in command, clients.Uids, rows, withConnections: false);
        }

        if (rows is not null && !clients.IsOnlyLoop)
        {
            AddAll(clients.Uids, rows);
        }

        return CommandOutcome.Counted(clients.Uids.Count);
    }

    /// <summary>LIST_GROUPS.</summary>
    public CommandOutcome ListGroups(CommandResult? rows)
    {
        if (rows is not null)
        {
            AddAll(clients.Groups, rows);
        }

        return CommandOutcome.Counted(clients.Groups.Count);
    }

    /// <summary>SELECT: every client, or the union of the lists, each client once, at its first place.</summary>
    public CommandOutcome Select(in CommandView command, CommandResult? rows)
    {
        if (command.Select is not { } select)
        {
            return CommandOutcome.Refused("select is missing");
        }

        if (rows is null)
        {
            return CommandOutcome.Counted(0);
        }

        if (select.All)
        {
            AddRows(clients.Table.All, select, null, rows);
            return CommandOutcome.Counted(rows.Clients.Count);
        }

        var seen = new HashSet<uint>();
        foreach (var group in select.InGroups)
        {
            AddRows(clients.Groups.Find(group), select, seen, rows);
        }

        foreach (var uid in select.WithUids)
        {
            AddRows(clients.Uids.Find(uid), select, seen, rows);
        }

        foreach (var id in select.Connections)
        {
            if (clients.Table.Find(id) is { } client && IsWanted(client, select) && seen.Add(id))
            {
                rows.Clients.Add(Row(client, select));
            }
        }

        return CommandOutcome.Counted(rows.Clients.Count);
    }

    private static bool IsUnnamed(in CommandView command) => command.Name.IsEmpty && command.Names.IsEmpty;

    private static void AddAll(NameIndex index, CommandResult rows)
    {
        foreach (var named in index.All)
        {
            rows.Counts.Add(new NamedCount { Name = named.Text, Count = (uint)named.Count });
        }
    }

    private static CommandOutcome CountNames(in CommandView command, NameIndex index, CommandResult? rows, bool withConnections)
    {
        if (!command.Name.IsEmpty)
        {
            var only = index.Find(command.Name);
            AddCount(rows, only?.Text ?? Encoding.UTF8.GetString(command.Name), only, withConnections);
            return CommandOutcome.Counted(only?.Count ?? 0);
        }

        var count = 0L;
        foreach (var name in command.Names)
        {
            var list = index.Find(name);
            AddCount(rows, name, list, withConnections);
            count += list?.Count ?? 0;
        }

        return CommandOutcome.Counted(count);
    }

    private static void AddCount(CommandResult? rows, string name, ClientList? list, bool withConnections)
    {
        if (rows is null)
        {
            return;
        }

        var count = new NamedCount { Name = name, Count = (uint)(list?.Count ?? 0) };
        if (withConnections && list is not null)
        {
            foreach (var client in list.Slots)
            {
                if (client is ClientConnection connection)
                {
                    count.Connections.Add(connection.Id);
                }
            }
        }

        rows.Counts.Add(count);
    }

    private static void AddRows(ClientList? list, Select select, HashSet<uint>? seen, CommandResult rows)
    {
        if (list is null)
        {
            return;
        }

        foreach (var client in list.Slots)
        {
            if (client is ClientConnection connection && IsWanted(connection, select) && (seen is null || seen.Add(connection.Id)))
            {
                rows.Clients.Add(Row(connection, select));
            }
        }
    }

    // Of a client whose handshake may still come, nobody can say yet what it showed.
    private static bool IsWanted(ClientConnection client, Select select) => !select.Handshake || client.State != ConnectionState.Opening;

    private static ClientRow Row(ClientConnection client, Select select)
    {
        var row = new ClientRow { Connection = client.Id };
        if (select.Session)
        {
            row.Session = UnsafeByteOperations.UnsafeWrap(client.Session);
        }

        if (select.Uid && client.Uid is { } uid)
        {
            row.Uid = uid;
        }

        if (select.Groups)
        {
            row.EverInGroup = client.EverInGroup;
            foreach (var membership in client.Groups)
            {
                row.Groups.Add(membership.Clients.Text);
            }
        }

        if (select.Handshake)
        {
            row.Handshake = UnsafeByteOperations.UnsafeWrap(client.RequestHead);
        }

        return row;
    }
}
