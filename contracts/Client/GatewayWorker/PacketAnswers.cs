using Google.Protobuf;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client.GatewayWorker;

/// <summary>Answers in PHP's types as outcomes of commands.</summary>
internal static class PacketAnswers
{
    /// <summary>What a query's answer says.</summary>
    public static CommandOutcome Read(Command command, ReadOnlySpan<byte> serialized)
    {
        var outcome = new CommandOutcome();
        if (!PhpSerialize.TryParse(serialized, out var value))
        {
            return CommandOutcome.Failed(CommandStatus.Refused, "the gateway's answer cannot be read");
        }

        switch (command.Kind)
        {
            case CommandKind.GetSession:
                ReadSession(outcome, command.Connection, value, serialized);
                break;
            case CommandKind.Select:
                ReadRows(outcome, value);
                break;
            case CommandKind.ListGroups:
                CountGroups(outcome, value);
                break;
            case CommandKind.CountUids when command.Names.Count == 0:
                ReadRows(outcome, value);
                outcome.Count = outcome.Clients.Where(row => row.HasUid).Select(row => row.Uid).Distinct(StringComparer.Ordinal).Count();
                outcome.Clients.Clear();
                break;
            default:
                ReadCounts(outcome, value);
                break;
        }

        return outcome;
    }

    /// <summary>A number, or names with numbers or connections.</summary>
    private static void ReadCounts(CommandOutcome outcome, PhpValue value)
    {
        if (value.TryGetInt64(out var count))
        {
            outcome.Count = (int)count;
            return;
        }

        foreach (var (key, entry) in value.AsArray() ?? [])
        {
            var named = new NamedCount { Name = key.ToString() };
            if (entry.TryGetInt64(out var number))
            {
                named.Count = (uint)number;
            }

            named.Connections.AddRange((entry.AsArray() ?? []).Select(item => item.Value.TryGetInt64(out var connection) ? (uint)connection : 0));
            named.Count = Math.Max(named.Count, (uint)named.Connections.Count);
            outcome.Counts.Add(named);
            outcome.Count += (int)named.Count;
        }
    }

    private static void ReadSession(CommandOutcome outcome, uint connection, PhpValue value, ReadOnlySpan<byte> serialized)
    {
        if (value.IsNull)
        {
            outcome.Status = CommandStatus.NoSuchClient;
            return;
        }

        var isEmpty = value.AsArray() is { Count: 0 };
        outcome.Count = 1;
        outcome.Clients.Add(new ClientRow { Connection = connection, Session = isEmpty ? ByteString.Empty : ByteString.CopyFrom(serialized) });
    }

    private static void ReadRows(CommandOutcome outcome, PhpValue value)
    {
        foreach (var (connection, fields) in value.AsArray() ?? [])
        {
            var row = new ClientRow { Connection = (uint)connection.Integer };
            foreach (var (field, content) in fields.AsArray() ?? [])
            {
                switch (field.ToString())
                {
                    case "session":
                        row.Session = ByteString.CopyFrom(content.AsBytes());
                        break;
                    case "uid" when content.AsString() is { } uid:
                        row.Uid = uid;
                        break;
                    case "groups" when content.AsArray() is { } groups:
                        row.EverInGroup = true;
                        row.Groups.AddRange(groups.Select(group => group.Key.ToString()));
                        break;
                }
            }

            outcome.Clients.Add(row);
        }

        outcome.Count = outcome.Clients.Count;
    }

    private static void CountGroups(CommandOutcome outcome, PhpValue value)
    {
        ReadRows(outcome, value);
        foreach (var group in outcome.Clients.SelectMany(row => row.Groups).GroupBy(name => name, StringComparer.Ordinal))
        {
            outcome.Counts.Add(new NamedCount { Name = group.Key, Count = (uint)group.Count() });
        }

        outcome.Clients.Clear();
        outcome.Count = outcome.Counts.Count;
    }
}
