using Portico.Gateway.Connections;
using Portico.Gateway.Sessions;

namespace Portico.Gateway.Commands;

/// <summary>
/// The commands that send. A few receivers get the message into their outboxes at once; many by a broadcast that yields. A socket without its
/// opening handshake gets the message after it, if it ever comes: it is not counted as reached.
/// </summary>
internal sealed class SendCommands(LoopClients clients)
{
    // Up to here the copy into each outbox, one write for all that a client gets in this turn, beats a write for each delivery.
    private const int FewClients = 16;

    private readonly RecentPushes _pushes = new();

    /// <summary>SEND_TO_CLIENT.</summary>
    public CommandOutcome ToClient(in CommandView command)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        client.Heart.IsAddressed = true;
        return CommandOutcome.Done(SendOne(client, in command));
    }

    /// <summary>SEND_TO_ALL.</summary>
    public CommandOutcome ToAll(in CommandView command)
    {
        PreparedMessage? message = null;
        var delivered = command.OnlyConnections
            ? ToConnections(in command, ref message)
            : ToList(clients.Table.All, in command, ref message);
        message?.Release();
        return CommandOutcome.Done(delivered);
    }

    /// <summary>SEND_TO_UID and SEND_TO_GROUP. A name listed twice is sent twice, a member of two listed groups gets two.</summary>
    public CommandOutcome ToNames(in CommandView command, NameIndex index)
    {
        if (command.Push == 0)
        {
            return CommandOutcome.Done(Deliver(in command, index));
        }

        var now = clients.Wheel.Now;
        if (_pushes.Contains(command.Push, now))
        {
            return CommandOutcome.Done(0);
        }

        // What nobody got here may be repeated: nobody would get it twice.
        var delivered = Deliver(in command, index);
        if (delivered > 0)
        {
            _pushes.Add(command.Push, now);
        }

        return CommandOutcome.Done(delivered);
    }

    private int Deliver(in CommandView command, NameIndex index)
    {
        PreparedMessage? message = null;
        var delivered = 0;
        if (!command.Name.IsEmpty)
        {
            if (index.Find(command.Name) is { } only)
            {
                delivered = ToList(only, in command, ref message);
            }
        }
        else
        {
            foreach (var name in command.Names)
            {
                if (index.Find(name) is { } list)
                {
                    delivered += ToList(list, in command, ref message);
                }
            }
        }

        message?.Release();
        return delivered;
    }

    private bool Includes(in CommandView command, ClientConnection client) =>
        AudienceOf(in command, null).Includes(client) && !command.Exclude.Contains(client.Id);

    // The age is rounded to whole ticks downwards: a client bound just before the message was stored shall not miss it.
    private Audience AudienceOf(in CommandView command, uint[]? exclude) => new(
        exclude, command.Subprotocol, command.ExceptSubprotocol,
        command.PushAge == 0 ? null : clients.Wheel.Now - (int)(command.PushAge / DeadlineWheel.TickMilliseconds));

    private int SendOne(ClientConnection client, in CommandView command)
    {
        if (!Includes(in command, client))
        {
            return 0;
        }

        return (command.Raw ? client.SendRaw(command.Body) : client.Send(command.Body, command.Binary)) && CanReceive(client, command.Raw) ? 1 : 0;
    }

    private static bool CanReceive(ClientConnection client, bool raw) => raw || client.State != ConnectionState.Opening;

    private int ToConnections(in CommandView command, ref PreparedMessage? message)
    {
        var delivered = 0;
        foreach (var id in command.Connections)
        {
            if (clients.Table.Find(id) is { } client
                && Includes(in command, client)
                && client.Send(Prepare(in command, ref message))
                && CanReceive(client, command.Raw))
            {
                delivered++;
            }
        }

        return delivered;
    }

    private int ToList(ClientList list, in CommandView command, ref PreparedMessage? message)
    {
        if (list.Count > FewClients)
        {
            return ToMany(list, in command, ref message);
        }

        // Pinned: a client that is closed for reading too slowly leaves the list under our hands.
        var delivered = 0;
        var single = list.Count == 1 && message is null;
        list.Pin();
        var slots = list.Slots;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] is not ClientConnection client)
            {
                continue;
            }

            if (single)
            {
                delivered += SendOne(client, in command);
            }
            else if (Includes(in command, client) && client.Send(Prepare(in command, ref message)) && CanReceive(client, command.Raw))
            {
                delivered++;
            }
        }

        list.Unpin();
        return delivered;
    }

    private int ToMany(ClientList list, in CommandView command, ref PreparedMessage? message)
    {
        uint[]? exclude = null;
        if (!command.Exclude.IsEmpty)
        {
            exclude = command.Exclude.ToArray();
            Array.Sort(exclude);
        }

        var audience = AudienceOf(in command, exclude);
        clients.Broadcasts.Add(new Broadcast(list, Prepare(in command, ref message), in audience));
        var isEveryone = command.Id == 0 || (audience.IsEveryone && (command.Raw || clients.Opening == 0));
        return isEveryone
            ? list.Count
            : audience.IsEveryone && list == clients.Table.All ? list.Count - clients.Opening : Count(list, in audience, command.Raw);
    }

    private static int Count(ClientList list, in Audience audience, bool raw)
    {
        var count = 0;
        foreach (var client in list.Slots)
        {
            if (client is ClientConnection connection && audience.Includes(connection) && CanReceive(connection, raw))
            {
                count++;
            }
        }

        return count;
    }

    private PreparedMessage Prepare(in CommandView command, ref PreparedMessage? message) =>
        message ??= clients.Prepare(command.Body, command.Binary, command.Raw);
}
