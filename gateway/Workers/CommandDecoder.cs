using System.Text;
using Google.Protobuf;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;

namespace Portico.Gateway.Workers;

/// <summary>
/// Turns the fields of a command as they were read into the view that the dispatcher takes. Lists are copied into arrays that are used
/// again for the next command, so a view is valid until then.
/// </summary>
internal sealed class CommandDecoder
{
    private string[] _names = [];
    private uint[] _connections = [];
    private uint[] _exclude = [];

    /// <summary>The view of one command; its id is 0 and its kind unknown when a part of it cannot be read.</summary>
    /// <param name="fields">As read from the wire.</param>
    /// <param name="body">The whole body, parts joined.</param>
    public CommandView Decode(CommandFields fields, ReadOnlySpan<byte> body)
    {
        var view = new CommandView
        {
            Kind = fields.Kind,
            Id = fields.Id,
            Connection = fields.Connection,
            Body = body,
            HasBody = fields.HasBody,
            Binary = fields.Binary,
            Raw = fields.Raw,
            OnlyConnections = fields.OnlyConnections,
            CloseCode = fields.CloseCode > ushort.MaxValue ? (ushort)0 : (ushort)fields.CloseCode,
            ExceptSubprotocol = fields.ExceptSubprotocol,
            OnlyIfUnbound = fields.OnlyIfUnbound,
            Push = fields.Push,
            PushAge = fields.PushAge,
        };
        if (!fields.CloseReason.IsEmpty)
        {
            view.CloseReason = Encoding.UTF8.GetString(fields.CloseReason);
        }

        if (!fields.Subprotocol.IsEmpty)
        {
            view.Subprotocol = Encoding.UTF8.GetString(fields.Subprotocol);
        }

        AddLists(fields, ref view);
        if (fields.HasSelect)
        {
            view.Select = ReadSelect(fields.Select);
        }

        return view;
    }

    private static Select? ReadSelect(ReadOnlySpan<byte> encoded)
    {
        try
        {
            return Select.Parser.ParseFrom(encoded);
        }
        catch (InvalidProtocolBufferException)
        {
            // The dispatcher refuses a select that is not there, with a sentence.
            return null;
        }
    }

    private void AddLists(CommandFields fields, ref CommandView view)
    {
        if (fields.NameCount == 1)
        {
            view.Name = fields.FirstName;
        }
        else if (fields.NameCount > 1)
        {
            var names = Room(ref _names, fields.NameCount);
            fields.CopyNames(names);
            view.Names = names;
        }

        if (fields.ConnectionCount > 0)
        {
            var connections = Room(ref _connections, fields.ConnectionCount);
            fields.CopyConnections(connections);
            view.Connections = connections;
        }

        if (fields.ExcludeCount > 0)
        {
            var exclude = Room(ref _exclude, fields.ExcludeCount);
            fields.CopyExclude(exclude);
            view.Exclude = exclude;
        }
    }

    private static Span<T> Room<T>(ref T[] array, int count)
    {
        if (array.Length < count)
        {
            array = new T[Math.Max(count, array.Length * 2)];
        }

        return array.AsSpan(0, count);
    }
}
