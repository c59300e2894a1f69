using System.Buffers;
using System.Text;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Client.GatewayWorker;

/// <summary>Commands of gateway.proto as packets (GatewayWorker protocol 2.5 to 2.7).</summary>
internal static class PacketRequests
{
    /// <summary>The packet that carries a command out, for kinds that nobody answers; null for others.</summary>
    public static byte[]? Doing(Command command)
    {
        var name = command.Names.Count > 0 ? Encoding.UTF8.GetBytes(command.Names[0]) : [];
        return command.Kind switch
        {
            CommandKind.SendToClient => Send(PacketCommand.SendToOne, command, []),
            CommandKind.SendToAll => Send(
                PacketCommand.SendToAll, command, SendTargets.ToAll([.. Remaining(command)], command.OnlyConnections, [.. command.Exclude])),
            CommandKind.SendToUid => Send(PacketCommand.SendToUid, command, NameList.Compose([.. command.Names])),
            CommandKind.SendToGroup => Send(PacketCommand.SendToGroup, command, SendTargets.ToGroups([.. command.Names], [.. command.Exclude])),
            CommandKind.CloseClient => Close(command.Connection, command),
            CommandKind.DestroyClient => Packet(PacketCommand.Destroy, command.Connection),
            CommandKind.BindUid => Packet(PacketCommand.BindUid, command.Connection, name),
            CommandKind.UnbindUid => Packet(PacketCommand.UnbindUid, command.Connection, name),
            CommandKind.JoinGroup => Packet(PacketCommand.JoinGroup, command.Connection, name),
            CommandKind.LeaveGroup => Packet(PacketCommand.LeaveGroup, command.Connection, name),
            CommandKind.Ungroup => Packet(PacketCommand.Ungroup, 0, name),
            CommandKind.SetSession => Packet(PacketCommand.SetSession, command.Connection, command.Body.Span),
            CommandKind.UpdateSession => Packet(PacketCommand.UpdateSession, command.Connection, command.Body.Span),
            _ => null,
        };
    }

    /// <summary>The question that a query asks, or whose answer says how many a command reaches; null when one packet does not do.</summary>
    public static byte[]? Asking(Command command) => command.Kind switch
    {
        CommandKind.SendToAll when !command.OnlyConnections => Packet(PacketCommand.GetClientCountByGroup, 0),
        CommandKind.CountClients when command.Names.Count == 0 => Packet(PacketCommand.GetClientCountByGroup, 0),
        CommandKind.CountClients or CommandKind.SendToGroup => Packet(PacketCommand.BatchGetClientCountByGroup, 0, NameList.Compose([.. command.Names])),
        CommandKind.ClientsByUid or CommandKind.SendToUid or CommandKind.CloseUid => Packet(
            PacketCommand.BatchGetClientIdByUid, 0, NameList.Compose([.. command.Names])),
        CommandKind.CountUids when command.Names.Count > 0 => Packet(PacketCommand.BatchGetClientIdByUid, 0, NameList.Compose([.. command.Names])),
        CommandKind.CountUids => Packet(PacketCommand.Select, 0, new SelectQuery { Fields = ["uid"] }.Compose()),
        CommandKind.ListGroups => Packet(PacketCommand.Select, 0, new SelectQuery { Fields = ["groups"] }.Compose()),
        CommandKind.GetSession => Packet(PacketCommand.GetSessionByClientId, command.Connection),
        CommandKind.Select => Packet(PacketCommand.Select, 0, Query(command.Select).Compose()),
        CommandKind.Ungroup => Packet(PacketCommand.GetClientCountByGroup, 0, Encoding.UTF8.GetBytes(command.Names[0])),
        CommandKind.SendToAll =>
            Packet(PacketCommand.Select, 0, new SelectQuery { Fields = ["uid"], All = false, Connections = [.. Remaining(command)] }.Compose()),
        _ => Packet(PacketCommand.IsOnline, command.Connection),
    };

    /// <summary>Asks for the uid of one client.</summary>
    public static byte[] UidOf(uint connection) =>
        Packet(PacketCommand.Select, 0, new SelectQuery { Fields = ["uid"], All = false, Connections = [connection] }.Compose());

    /// <summary>Closes one client with the command's last message, if it has one.</summary>
    public static byte[] Close(uint connection, Command command) => command.HasBody
        ? Packet(PacketCommand.Kick, connection, default, command.Body.Span)
        : Packet(PacketCommand.Kick, connection, default, PhpSerialize.Null, PacketFlags.None);

    // GatewayWorker takes either a list or exceptions; a list without the exceptions says both.
    private static IEnumerable<uint> Remaining(Command command) => command.Connections.Where(connection => !command.Exclude.Contains(connection));

    private static byte[] Send(PacketCommand kind, Command command, byte[] ext) =>
        Packet(kind, command.Connection, ext, command.Body.Span, PacketFlags.Scalar | (command.Raw ? PacketFlags.NotEncoded : PacketFlags.None));

    private static SelectQuery Query(Select select)
    {
        var fields = new List<string>();
        if (select.Session)
        {
            fields.Add("session");
        }

        if (select.Groups)
        {
            fields.Add("groups");
        }

        // A field there must be, or the answer is empty.
        if (select.Uid || fields.Count == 0)
        {
            fields.Add("uid");
        }

        return new SelectQuery
        {
            Fields = [.. fields],
            All = select.All,
            Groups = [.. select.InGroups],
            Uids = [.. select.WithUids],
            Connections = [.. select.Connections],
        };
    }

    private static byte[] Packet(
        PacketCommand command, uint connection, ReadOnlySpan<byte> ext = default, ReadOnlySpan<byte> body = default, PacketFlags flags = PacketFlags.Scalar)
    {
        var buffer = new ArrayBufferWriter<byte>(PacketHeader.Length + ext.Length + body.Length);
        PacketCodec.Write(buffer, new PacketHeader { Command = command, ConnectionId = connection, Flags = flags }, ext, body);
        return buffer.WrittenSpan.ToArray();
    }
}
