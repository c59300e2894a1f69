using Portico.Contracts.Results;
using Portico.Gateway.Connections;
using Portico.Gateway.Sessions;

namespace Portico.Gateway.Commands;

/// <summary>The commands that end clients.</summary>
internal sealed class CloseCommands(LoopClients clients)
{
    private const string BadCloseCode = "the close code is none that an application may send (1000, 1001, 1008, 1011 to 1013, 3000 to 4999)";

    /// <summary>CLOSE_CLIENT.</summary>
    public CommandOutcome Close(in CommandView command)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        if (!TryReason(in command, out var reason))
        {
            return CommandOutcome.Refused(BadCloseCode);
        }

        Close(client, in command, reason);
        return CommandOutcome.Done(1);
    }

    /// <summary>CLOSE_UID.</summary>
    public CommandOutcome CloseUid(in CommandView command)
    {
        if (!TryReason(in command, out var reason))
        {
            return CommandOutcome.Refused(BadCloseCode);
        }

        if (!command.Name.IsEmpty)
        {
            return CommandOutcome.Done(CloseAll(clients.Uids.Find(command.Name), in command, reason));
        }

        var closed = 0;
        foreach (var name in command.Names)
        {
            closed += CloseAll(clients.Uids.Find(name), in command, reason);
        }

        return CommandOutcome.Done(closed);
    }

    /// <summary>DESTROY_CLIENT.</summary>
    public CommandOutcome Destroy(in CommandView command)
    {
        if (clients.Table.Find(command.Connection) is not { } client)
        {
            return CommandOutcome.NoSuchClient;
        }

        client.Destroy(CloseReason.Kicked);
        return CommandOutcome.Done(1);
    }

    // RFC 6455 section 7.4: the others are the protocol's own business or must not be on the wire.
    private static bool TryReason(in CommandView command, out CloseReason reason)
    {
        var code = command.CloseCode == 0 ? CloseReason.Kicked.Code : command.CloseCode;
        reason = string.IsNullOrEmpty(command.CloseReason) && code == CloseReason.Kicked.Code
            ? CloseReason.Kicked
            : new CloseReason(code, command.CloseReason ?? "");
        return code is 1000 or 1001 or 1008 or (>= 1011 and <= 1013) or (>= 3000 and <= 4999);
    }

    private static void Close(ClientConnection client, in CommandView command, CloseReason reason)
    {
        if (command.HasBody)
        {
            _ = command.Raw ? client.SendRaw(command.Body) : client.Send(command.Body, command.Binary);
        }

        client.Close(reason);
    }

    private static int CloseAll(NamedClients? list, in CommandView command, CloseReason reason)
    {
        if (list is null)
        {
            return 0;
        }

        var count = list.Count;
        list.Pin();
        var slots = list.Slots;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] is ClientConnection client)
            {
                Close(client, in command, reason);
            }
        }

        list.Unpin();
        return count;
    }
}
