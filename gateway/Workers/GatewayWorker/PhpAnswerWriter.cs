using System.Buffers;
using System.Text;
using Google.Protobuf.Collections;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>Answers in the very types that PHP callers expect (GatewayWorker protocol 2.6).</summary>
internal static class PhpAnswerWriter
{
    /// <summary>Writes the serialized value.</summary>
    public static void Write(IBufferWriter<byte> destination, PhpQuestion query, CommandOutcome outcome, CommandResult rows)
    {
        switch (query.Command)
        {
            case PacketCommand.IsOnline or PacketCommand.GetClientCountByGroup:
                PhpWriter.WriteInteger(destination, outcome.Count);
                break;
            case PacketCommand.GetSessionByClientId:
                WriteSession(destination, outcome, rows);
                break;
            case PacketCommand.GetAllClientSessions or PacketCommand.GetClientSessionsByGroup:
                WriteSessions(destination, rows);
                break;
            case PacketCommand.GetClientIdByUid:
                WriteConnections(destination, rows.Counts.Count == 0 ? [] : rows.Counts[0].Connections);
                break;
            case PacketCommand.BatchGetClientIdByUid:
                WriteNamed(destination, rows, static (to, named) => WriteConnections(to, named.Connections));
                break;
            case PacketCommand.BatchGetClientCountByGroup:
                WriteNamed(destination, rows, static (to, named) => PhpWriter.WriteInteger(to, named.Count));
                break;
            case PacketCommand.GetGroupIdList:
                WriteGroups(destination, rows);
                break;
            default:
                PhpSelectWriter.Write(destination, query, rows);
                break;
        }
    }

    private static void WriteSession(IBufferWriter<byte> destination, CommandOutcome outcome, CommandResult rows)
    {
        if (outcome.Status != CommandStatus.Delivered || rows.Clients.Count == 0)
        {
            destination.Write(PhpSerialize.Null);
            return;
        }

        // The stored bytes are the answer: they are not serialized once more.
        var session = rows.Clients[0].Session.Span;
        destination.Write(session.IsEmpty ? PhpSerialize.EmptyArray : session);
    }

    private static void WriteSessions(IBufferWriter<byte> destination, CommandResult rows)
    {
        PhpWriter.WriteArrayStart(destination, rows.Clients.Count);
        foreach (var client in rows.Clients)
        {
            PhpWriter.WriteInteger(destination, client.Connection);
            PhpWriter.WriteString(destination, client.Session.Span);
        }

        PhpWriter.WriteArrayEnd(destination);
    }

    private static void WriteConnections(IBufferWriter<byte> destination, RepeatedField<uint> connections)
    {
        PhpWriter.WriteArrayStart(destination, connections.Count);
        for (var i = 0; i < connections.Count; i++)
        {
            PhpWriter.WriteInteger(destination, i);
            PhpWriter.WriteInteger(destination, connections[i]);
        }

        PhpWriter.WriteArrayEnd(destination);
    }

    /// <summary>Every name that was asked for once, at its first place, as a key.</summary>
    private static void WriteNamed(IBufferWriter<byte> destination, CommandResult rows, Action<IBufferWriter<byte>, NamedCount> write)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var named in rows.Counts)
        {
            _ = names.Add(named.Name);
        }

        PhpWriter.WriteArrayStart(destination, names.Count);
        foreach (var named in rows.Counts)
        {
            if (names.Remove(named.Name))
            {
                PhpWriter.WriteKey(destination, Encoding.UTF8.GetBytes(named.Name));
                write(destination, named);
            }
        }

        PhpWriter.WriteArrayEnd(destination);
    }

    private static void WriteGroups(IBufferWriter<byte> destination, CommandResult rows)
    {
        PhpWriter.WriteArrayStart(destination, rows.Counts.Count);
        for (var i = 0; i < rows.Counts.Count; i++)
        {
            // They were keys in PHP, so those that look like numbers are numbers.
            PhpWriter.WriteInteger(destination, i);
            PhpWriter.WriteKey(destination, Encoding.UTF8.GetBytes(rows.Counts[i].Name));
        }

        PhpWriter.WriteArrayEnd(destination);
    }
}
