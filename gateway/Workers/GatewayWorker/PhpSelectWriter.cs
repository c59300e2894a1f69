using System.Buffers;
using System.Text;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>The answer to SELECT (GatewayWorker protocol 2.7).</summary>
internal static class PhpSelectWriter
{
    /// <summary>Writes connection → field → value.</summary>
    public static void Write(IBufferWriter<byte> destination, PhpQuestion query, CommandResult rows)
    {
        var clients = Ordered(query, rows);
        PhpWriter.WriteArrayStart(destination, clients.Count);
        foreach (var client in clients)
        {
            PhpWriter.WriteInteger(destination, client.Connection);
            PhpWriter.WriteArrayStart(destination, query.Fields.Length);
            foreach (var field in query.Fields)
            {
                var name = Encoding.UTF8.GetBytes(field);
                PhpWriter.WriteKey(destination, name);
                WriteField(destination, client, field);
            }

            PhpWriter.WriteArrayEnd(destination);
        }

        PhpWriter.WriteArrayEnd(destination);
    }

    /// <summary>
    /// PHP's own helpers stop reading a gateway's rows at the first client without a group or without a uid, where they meant to
    /// skip it. In this order they read all that they need: groups and uid, then groups alone, then the rest.
    /// </summary>
    private static List<ClientRow> Ordered(PhpQuestion query, CommandResult rows)
    {
        if (!query.Everybody)
        {
            return [.. rows.Clients];
        }

        return query.Fields.Contains("groups", StringComparer.Ordinal)
            ? [.. rows.Clients.OrderBy(Rank).ThenBy(client => client.Connection)]
            : [.. rows.Clients.OrderBy(client => client.Connection)];
    }

    private static int Rank(ClientRow client) => client.Groups.Count == 0 ? 2 : client.HasUid ? 0 : 1;

    private static void WriteField(IBufferWriter<byte> destination, ClientRow client, string field)
    {
        switch (field)
        {
            case "session":
                PhpWriter.WriteString(destination, client.Session.Span);
                break;
            case "uid" when client.HasUid:
                // A string always, also when it looks like a number.
                PhpWriter.WriteString(destination, Encoding.UTF8.GetBytes(client.Uid));
                break;
            case "groups" when client.EverInGroup:
                WriteGroups(destination, client);
                break;
            default:
                destination.Write(PhpSerialize.Null);
                break;
        }
    }

    private static void WriteGroups(IBufferWriter<byte> destination, ClientRow client)
    {
        PhpWriter.WriteArrayStart(destination, client.Groups.Count);
        foreach (var group in client.Groups)
        {
            var name = Encoding.UTF8.GetBytes(group);
            PhpWriter.WriteKey(destination, name);
            PhpWriter.WriteString(destination, name);
        }

        PhpWriter.WriteArrayEnd(destination);
    }
}
