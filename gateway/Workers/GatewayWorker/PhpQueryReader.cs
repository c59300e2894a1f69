using System.Text;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>Packets that ask something (GatewayWorker protocol 2.6 and 2.7) as commands for the loops.</summary>
internal static class PhpQueryReader
{
    /// <summary>Whether a packet has an answer.</summary>
    public static bool IsQuery(PacketCommand command) => command is
        PacketCommand.IsOnline or PacketCommand.GetSessionByClientId or PacketCommand.GetAllClientSessions or PacketCommand.GetClientSessionsByGroup
        or PacketCommand.GetClientCountByGroup or PacketCommand.GetClientIdByUid or PacketCommand.BatchGetClientIdByUid
        or PacketCommand.BatchGetClientCountByGroup or PacketCommand.GetGroupIdList or PacketCommand.Select;

    /// <summary>Reads a query and puts its answer in line; false when the answer is known at once: an empty array.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="start">Where it begins in its batch.</param>
    /// <param name="answers">The connection's answers.</param>
    /// <param name="loops">How many loops the gateway has.</param>
    /// <param name="command">The command.</param>
    public static bool TryRead(in Packet packet, int start, PhpAnswers answers, int loops, out PhpCommand command)
    {
        var query = new PhpQuestion(packet.Command);
        var weight = QueryWeight.Of(packet.Command, packet.Length);
        command = new PhpCommand { Connection = packet.Header.ConnectionId };
        var isAsked = TryRead(packet, start, ref command, ref query);
        if (!isAsked)
        {
            answers.Expect(new PhpAnswer(answers, query, weight, null));
            return false;
        }

        var named = !command.Name.Equals(default) || command.Names is { Length: > 0 };
        var merge = new CommandMerge(command.Kind, named, LoopCommands.IsForOneClient(command.Kind) ? 1 : loops);
        command.Answer = new PhpAnswer(answers, query, weight, merge);
        answers.Expect(command.Answer);
        return true;
    }

    private static bool TryRead(in Packet packet, int start, ref PhpCommand command, ref PhpQuestion query)
    {
        var ext = packet.Ext;
        var from = start + PacketHeader.Length;
        switch (packet.Command)
        {
            case PacketCommand.IsOnline:
                command.Kind = CommandKind.IsOnline;
                return true;
            case PacketCommand.GetSessionByClientId:
                command.Kind = CommandKind.GetSession;
                return true;
            case PacketCommand.GetAllClientSessions:
                command.Kind = CommandKind.Select;
                command.Select = new Select { Session = true, All = true };
                return true;
            case PacketCommand.GetClientSessionsByGroup:
                command.Kind = CommandKind.Select;
                command.Select = new Select { Session = true, InGroups = { Encoding.UTF8.GetString(ext) } };
                return true;
            case PacketCommand.GetClientCountByGroup:
                // Without a group it counts every client.
                command.Kind = CommandKind.CountClients;
                command.Name = ext.IsEmpty ? default : from..(from + ext.Length);
                return true;
            case PacketCommand.GetClientIdByUid:
                command.Kind = CommandKind.ClientsByUid;
                command.Name = from..(from + ext.Length);
                return !ext.IsEmpty;
            case PacketCommand.GetGroupIdList:
                command.Kind = CommandKind.ListGroups;
                return true;
            case PacketCommand.Select:
                return TrySelect(ext, ref command, ref query);
            default:
                command.Kind = packet.Command == PacketCommand.BatchGetClientIdByUid ? CommandKind.ClientsByUid : CommandKind.CountClients;
                command.Names = NameList.Parse(ext);
                return command.Names.Length > 0;
        }
    }

    private static bool TrySelect(ReadOnlySpan<byte> ext, ref PhpCommand command, ref PhpQuestion query)
    {
        if (!SelectQuery.TryParse(ext, out var select) || select.Fields.Length == 0)
        {
            return false;
        }

        var fields = select.Fields.Distinct(StringComparer.Ordinal).ToArray();
        query = new PhpQuestion(PacketCommand.Select, fields, select.All);
        command.Kind = CommandKind.Select;
        command.Select = new Select
        {
            Session = fields.Contains("session", StringComparer.Ordinal),
            Uid = fields.Contains("uid", StringComparer.Ordinal),
            Groups = fields.Contains("groups", StringComparer.Ordinal),
            All = select.All,
            InGroups = { select.Groups },
            WithUids = { select.Uids },
            Connections = { select.Connections },
        };
        return true;
    }
}
