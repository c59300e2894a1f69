using System.Buffers;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>Packets that say something (GatewayWorker protocol 2.5) as commands for the loops.</summary>
internal static class PhpCommandReader
{
    /// <summary>Reads a command that nobody answers; false when there is nothing to do.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="start">Where it begins in its batch.</param>
    /// <param name="command">The command.</param>
    public static bool TryRead(in Packet packet, int start, out PhpCommand command)
    {
        var ext = Ext(packet, start);
        command = new PhpCommand { Connection = packet.Header.ConnectionId };
        switch (packet.Command)
        {
            case PacketCommand.SendToOne:
                command.Kind = CommandKind.SendToClient;
                return TryMessage(packet, start, ref command);
            case PacketCommand.SendToAll:
                command.Kind = CommandKind.SendToAll;
                AddTargets(packet.Ext, ref command);
                return TryMessage(packet, start, ref command);
            case PacketCommand.SendToUid:
                command.Kind = CommandKind.SendToUid;
                command.Names = NameList.Parse(packet.Ext);
                return command.Names.Length > 0 && TryMessage(packet, start, ref command);
            case PacketCommand.SendToGroup:
                command.Kind = CommandKind.SendToGroup;
                AddTargets(packet.Ext, ref command);
                return command.Names!.Length > 0 && TryMessage(packet, start, ref command);
            case PacketCommand.Kick:
                command.Kind = CommandKind.CloseClient;
                command.HasBody = !IsNull(packet) && TryMessage(packet, start, ref command);
                return true;
            case PacketCommand.Destroy:
                command.Kind = CommandKind.DestroyClient;
                return true;
            case PacketCommand.UpdateSession or PacketCommand.SetSession:
                command.Kind = packet.Command == PacketCommand.SetSession ? CommandKind.SetSession : CommandKind.UpdateSession;
                command.Body = ext;
                return true;
            case PacketCommand.UnbindUid:
                // The uid in the packet is not looked at: whatever uid the client has is taken from it.
                command.Kind = CommandKind.UnbindUid;
                return true;
            default:
                return TryName(packet, ext, ref command);
        }
    }

    private static bool TryName(in Packet packet, Range ext, ref PhpCommand command)
    {
        command.Kind = packet.Command switch
        {
            PacketCommand.BindUid => CommandKind.BindUid,
            PacketCommand.JoinGroup => CommandKind.JoinGroup,
            PacketCommand.LeaveGroup => CommandKind.LeaveGroup,
            PacketCommand.Ungroup => CommandKind.Ungroup,
            _ => CommandKind.Unspecified,
        };
        command.Name = ext;

        // PHP takes "0" for empty.
        return command.Kind != CommandKind.Unspecified && !packet.Ext.IsEmpty && !packet.Ext.SequenceEqual("0"u8);
    }

    private static void AddTargets(ReadOnlySpan<byte> ext, ref PhpCommand command)
    {
        var targets = SendTargets.Parse(ext);
        command.OnlyConnections = targets.OnlyConnections;
        command.Connections = targets.Connections;
        command.Exclude = targets.Exclude;
        command.Names = targets.Groups;
    }

    /// <summary>The message: the bytes themselves, or a PHP value, which becomes JSON; false when it is neither.</summary>
    private static bool TryMessage(in Packet packet, int start, ref PhpCommand command)
    {
        command.HasBody = true;
        command.Raw = (packet.Header.Flags & PacketFlags.NotEncoded) != 0;
        if (packet.HasScalarBody)
        {
            var from = start + PacketHeader.Length + packet.Ext.Length;
            command.Body = from..(from + packet.Body.Length);
            return true;
        }

        var json = new ArrayBufferWriter<byte>();
        if (!PhpSerialize.TryParse(packet.Body, out var value) || !PhpJson.TryEncode(value, json))
        {
            return false;
        }

        command.OwnBody = value.Kind == PhpKind.String ? value.AsBytes().ToArray() : json.WrittenSpan.ToArray();
        return true;
    }

    private static bool IsNull(in Packet packet) => !packet.HasScalarBody && packet.Body.StartsWith(PhpSerialize.Null);

    private static Range Ext(in Packet packet, int start)
    {
        var from = start + PacketHeader.Length;
        return from..(from + packet.Ext.Length);
    }
}
