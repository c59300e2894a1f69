using System.Text;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Contracts.Link;

/// <summary>
/// One command of the link (gateway.proto, Command) without an object: views of the bytes it was read from, or is to be written from. All text is
/// UTF-8.
/// </summary>
public ref struct CommandFields
{
    /// <summary>0: no result wanted.</summary>
    public ulong Id { get; set; }

    /// <summary>What to do.</summary>
    public CommandKind Kind { get; set; }

    /// <summary>The client, for commands of one.</summary>
    public uint Connection { get; set; }

    /// <summary>Message or session bytes, or their last piece when <see cref="BodyPart"/> is not 0.</summary>
    public ReadOnlySpan<byte> Body { get; set; }

    /// <summary>WebSocket clients get a binary frame.</summary>
    public bool Binary { get; set; }

    /// <summary>The bytes go to the socket as they are.</summary>
    public bool Raw { get; set; }

    /// <summary>Id of the pieces that come before <see cref="Body"/>; 0 for none.</summary>
    public ulong BodyPart { get; set; }

    /// <summary>Connections count even when empty.</summary>
    public bool OnlyConnections { get; set; }

    /// <summary>Close: send <see cref="Body"/> first, even when empty.</summary>
    public bool HasBody { get; set; }

    /// <summary>Close: code, 0 for 1000.</summary>
    public uint CloseCode { get; set; }

    /// <summary>Close: reason.</summary>
    public ReadOnlySpan<byte> CloseReason { get; set; }

    /// <summary>Sends: the subprotocol that decides.</summary>
    public ReadOnlySpan<byte> Subprotocol { get; set; }

    /// <summary>Sends: the clients without it.</summary>
    public bool ExceptSubprotocol { get; set; }

    /// <summary>Bind: refuse when bound to another uid.</summary>
    public bool OnlyIfUnbound { get; set; }

    /// <summary>Read: the name of a push, see gateway.proto; 0 for none.</summary>
    public ulong Push { get; private set; }

    /// <summary>Read: milliseconds since a repeated push was first due; 0 for one that is not repeated.</summary>
    public uint PushAge { get; private set; }

    /// <summary><see cref="Select"/> counts.</summary>
    public bool HasSelect { get; set; }

    /// <summary>An encoded Select.</summary>
    public ReadOnlySpan<byte> Select { get; set; }

    /// <summary>Read: how many uids or groups there are.</summary>
    public int NameCount { get; internal set; }

    /// <summary>Read: the first uid or group. Write: the only one, in place of a list of strings; empty for none.</summary>
    public ReadOnlySpan<byte> FirstName { get; set; }

    /// <summary>Read: how many connections are listed.</summary>
    public int ConnectionCount { get; internal set; }

    /// <summary>Read: how many connections are excluded.</summary>
    public int ExcludeCount { get; internal set; }

    /// <summary>Read: the whole command.</summary>
    public ReadOnlySpan<byte> Encoded { get; internal set; }

    /// <summary>Copies the uids or groups; the room must hold <see cref="NameCount"/>.</summary>
    public readonly void CopyNames(Span<string> destination)
    {
        var reader = new WireReader(Encoded);
        var count = 0;
        while (reader.TryTag(out var tag))
        {
            if (tag == LinkTags.CommandNames)
            {
                destination[count++] = Encoding.UTF8.GetString(reader.Bytes());
            }
            else
            {
                reader.Skip(tag);
            }
        }
    }

    /// <summary>Copies the listed connections; the room must hold <see cref="ConnectionCount"/>.</summary>
    public readonly void CopyConnections(Span<uint> destination) =>
        CommandLists.Copy(Encoded, LinkTags.CommandConnections, LinkTags.CommandConnectionsUnpacked, destination);

    /// <summary>Copies the excluded connections; the room must hold <see cref="ExcludeCount"/>.</summary>
    public readonly void CopyExclude(Span<uint> destination) =>
        CommandLists.Copy(Encoded, LinkTags.CommandExclude, LinkTags.CommandExcludeUnpacked, destination);

    /// <summary>Reads an encoded Command; false when the bytes are not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out CommandFields fields)
    {
        var read = new CommandFields { Encoded = encoded };
        var reader = new WireReader(encoded);
        while (reader.TryTag(out var tag))
        {
            read.ReadField(ref reader, tag);
        }

        fields = read;
        return !reader.Malformed;
    }

    private void ReadField(ref WireReader reader, uint tag)
    {
        switch (tag)
        {
            case LinkTags.CommandId:
                Id = reader.Number();
                break;
            case LinkTags.CommandKind:
                Kind = (CommandKind)(int)reader.Number();
                break;
            case LinkTags.CommandConnection:
                Connection = reader.Number32();
                break;
            case LinkTags.CommandBody:
                Body = reader.Bytes();
                break;
            case LinkTags.CommandBinary:
                Binary = reader.Flag();
                break;
            case LinkTags.CommandRaw:
                Raw = reader.Flag();
                break;
            case LinkTags.CommandBodyPart:
                BodyPart = reader.Number();
                break;
            case LinkTags.CommandNames:
                var name = reader.Bytes();
                FirstName = NameCount++ == 0 ? name : FirstName;
                break;
            default:
                ReadRareField(ref reader, tag);
                break;
        }
    }

    private void ReadRareField(ref WireReader reader, uint tag)
    {
        switch (tag)
        {
            case LinkTags.CommandConnections:
                ConnectionCount += CommandLists.Count(ref reader);
                break;
            case LinkTags.CommandConnectionsUnpacked:
                _ = reader.Number();
                ConnectionCount++;
                break;
            case LinkTags.CommandExclude:
                ExcludeCount += CommandLists.Count(ref reader);
                break;
            case LinkTags.CommandExcludeUnpacked:
                _ = reader.Number();
                ExcludeCount++;
                break;
            case LinkTags.CommandOnlyConnections:
                OnlyConnections = reader.Flag();
                break;
            case LinkTags.CommandHasBody:
                HasBody = reader.Flag();
                break;
            case LinkTags.CommandCloseCode:
                CloseCode = reader.Number32();
                break;
            case LinkTags.CommandCloseReason:
                CloseReason = reader.Bytes();
                break;
            case LinkTags.CommandSubprotocol:
                Subprotocol = reader.Bytes();
                break;
            case LinkTags.CommandExceptSubprotocol:
                ExceptSubprotocol = reader.Flag();
                break;
            case LinkTags.CommandOnlyIfUnbound:
                OnlyIfUnbound = reader.Flag();
                break;
            case LinkTags.CommandSelect:
                Select = reader.Bytes();
                HasSelect = true;
                break;
            case LinkTags.CommandPush:
                Push = reader.Number();
                break;
            case LinkTags.CommandPushAge:
                PushAge = reader.Number32();
                break;
            default:
                reader.Skip(tag);
                break;
        }
    }
}
