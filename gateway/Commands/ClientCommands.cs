using Portico.Contracts.GatewayWorker;
using Portico.Gateway.Connections;
using Portico.Gateway.Sessions;

namespace Portico.Gateway.Commands;

/// <summary>
/// The commands that change clients. Each first applies the broadcasts that were issued before it, so that a client that leaves a group
/// still gets what was sent to the group while it was in.
/// </summary>
internal sealed class ClientCommands(LoopClients clients)
{
    /// <summary>BIND_UID.</summary>
    public CommandOutcome BindUid(in CommandView command)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        if (BadName(client, command.Name) is { } error)
        {
            return CommandOutcome.Refused(error);
        }

        if (command.OnlyIfUnbound && client.UidClients is not null && !command.Name.SequenceEqual(client.UidUtf8))
        {
            return CommandOutcome.Refused("the client is bound to another uid");
        }

        client.Settle();
        if (!clients.Uids.Bind(client, command.Name))
        {
            return Done(false);
        }

        client.BoundAt = clients.Wheel.Now;
        return Done(true);
    }

    /// <summary>UNBIND_UID.</summary>
    public CommandOutcome UnbindUid(in CommandView command)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        if (!command.Name.IsEmpty && !command.Name.SequenceEqual(client.UidUtf8))
        {
            return CommandOutcome.Done(0);
        }

        client.Settle();
        return Done(clients.Uids.Unbind(client));
    }

    /// <summary>JOIN_GROUP.</summary>
    public CommandOutcome JoinGroup(in CommandView command)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        if (BadName(client, command.Name) is { } error)
        {
            return CommandOutcome.Refused(error);
        }

        var most = client.Listener.Limits.GroupsPerClient;
        if (client.GroupCount >= most && !(clients.Groups.Find(command.Name) is { } group && client.IsIn(group)))
        {
            return CommandOutcome.Refused($"the client is in {most} groups already");
        }

        client.Settle();
        return Done(clients.Groups.Join(client, command.Name));
    }

    /// <summary>LEAVE_GROUP.</summary>
    public CommandOutcome LeaveGroup(in CommandView command)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        client.Settle();
        return Done(clients.Groups.Leave(client, command.Name));
    }

    /// <summary>UNGROUP.</summary>
    public CommandOutcome Ungroup(in CommandView command)
    {
        if (clients.Broadcasts.Any && clients.Groups.Find(command.Name) is { } group)
        {
            Settle(group);
        }

        return CommandOutcome.Done(clients.Groups.Ungroup(command.Name));
    }

    /// <summary>SET_SESSION: the bytes are kept as they are.</summary>
    public CommandOutcome SetSession(in CommandView command)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        var most = client.Listener.Limits.SessionBytes;
        if (command.Body.Length > most)
        {
            return CommandOutcome.Refused($"the session is over {most} bytes");
        }

        // A PHP worker dies of anything else, with all that others have sent to it.
        if (!command.Body.IsEmpty && !(command.Body.StartsWith("a:"u8) && command.Body[^1] == (byte)'}'))
        {
            return CommandOutcome.Refused("the session is not a serialized array");
        }

        if (command.Body.SequenceEqual(client.Session.Span))
        {
            return CommandOutcome.Done(0);
        }

        client.SetSession(command.Body.ToArray());
        return CommandOutcome.Done(1);
    }

    /// <summary>UPDATE_SESSION: merged by GatewayWorker protocol section 2.9.</summary>
    public CommandOutcome UpdateSession(in CommandView command)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        var most = client.Listener.Limits.SessionBytes;
        if (!SessionMerge.TryMerge(client.Session.Span, command.Body, most, out var merged))
        {
            return CommandOutcome.Refused($"the update is not a serialized array, or the session would be over {most} bytes");
        }

        client.SetSession(merged);
        return CommandOutcome.Done(1);
    }

    private static CommandOutcome Done(bool changed) => CommandOutcome.Done(changed ? 1 : 0);

    private static string? BadName(ClientConnection client, ReadOnlySpan<byte> name)
    {
        var most = client.Listener.Limits.NameBytes;
        return name.IsEmpty ? "the name is empty"
            : name.SequenceEqual("0"u8) ? "0 is no name: PHP takes it for empty"
            : name.Length > most ? $"the name is over {most} bytes" : null;
    }

    private static void Settle(NamedClients group)
    {
        group.Pin();
        var slots = group.Slots;
        for (var i = 0; i < slots.Length; i++)
        {
            (slots[i] as ClientConnection)?.Settle();
        }

        group.Unpin();
    }
}
