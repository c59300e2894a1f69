using System.Text;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Contracts.Link;

/// <summary>
/// Appends fields of a WorkerMessage (or ExecuteRequest) to a buffer; the fields of one buffer together are one message. Lists of
/// names and connections are given beside the fields.
/// </summary>
public static class CommandBatchWriter
{
    /// <summary>The first message of a stream.</summary>
    public static void AppendAttach(LinkBuffer output, AttachRequest attach)
    {
        var length = attach.CalculateSize();
        var total = 1 + Varint.SizeOfDelimited(length);
        var writer = new WireWriter(output.GetSpan(total));
        attach.WriteTo(writer.Reserve(LinkTags.WorkerAttach, length));
        output.Advance(total);
    }

    /// <summary>No more events, please.</summary>
    public static void AppendLeaving(LinkBuffer output)
    {
        var room = output.GetSpan(2);
        room[0] = LinkTags.WorkerLeaving;
        room[1] = 1;
        output.Advance(2);
    }

    /// <summary>The answer to a probe.</summary>
    public static void AppendProbed(LinkBuffer output, ulong probe)
    {
        var total = LinkTags.SizeOf(probe);
        new WireWriter(output.GetSpan(total)).Number(LinkTags.WorkerProbed, probe);
        output.Advance(total);
    }

    /// <summary>Everything up to <paramref name="through"/> is done with, and the ranges above it.</summary>
    public static void AppendAck(LinkBuffer output, ulong through, ReadOnlySpan<(ulong First, ulong Last)> ranges = default)
    {
        var length = LinkTags.SizeOf(through);
        foreach (var (first, last) in ranges)
        {
            length += 1 + Varint.SizeOfDelimited(LinkTags.SizeOf(first) + LinkTags.SizeOf(last));
        }

        var total = 1 + Varint.SizeOfDelimited(length);
        var outer = new WireWriter(output.GetSpan(total));
        var writer = new WireWriter(outer.Reserve(LinkTags.WorkerAck, length));
        writer.Number(LinkTags.AckThrough, through);
        foreach (var (first, last) in ranges)
        {
            var range = new WireWriter(writer.Reserve(LinkTags.AckRanges, LinkTags.SizeOf(first) + LinkTags.SizeOf(last)));
            range.Number(LinkTags.RangeFirst, first);
            range.Number(LinkTags.RangeLast, last);
        }

        output.Advance(total);
    }

    /// <summary>A piece of a large body, in a WorkerMessage.</summary>
    public static void AppendPart(LinkBuffer output, ulong id, ReadOnlySpan<byte> data) => BodyParts.Append(output, LinkTags.WorkerParts, id, data);

    /// <summary>A piece of a large body, in an ExecuteRequest.</summary>
    public static void AppendExecutePart(LinkBuffer output, ulong id, ReadOnlySpan<byte> data) => BodyParts.Append(output, LinkTags.ExecuteParts, id, data);

    /// <summary>A command in a WorkerMessage.</summary>
    public static void AppendCommand(
        LinkBuffer output, scoped in CommandFields fields, scoped ReadOnlySpan<string> names = default,
        scoped ReadOnlySpan<uint> connections = default, scoped ReadOnlySpan<uint> exclude = default) =>
        Append(output, LinkTags.WorkerCommands, fields, names, connections, exclude);

    /// <summary>SEND_TO_CLIENT in a WorkerMessage: the same as by <see cref="AppendCommand"/>, without looking at fields that it does not have.</summary>
    public static void AppendSendToClient(LinkBuffer output, uint connection, ReadOnlySpan<byte> body, bool binary)
    {
        var length = LinkTags.SizeOf((uint)CommandKind.SendToClient) + LinkTags.SizeOf(connection) + LinkTags.SizeOfBytes(body.Length) + (binary ? 2 : 0);
        var total = 1 + Varint.SizeOfDelimited(length);
        var outer = new WireWriter(output.GetSpan(total));
        var writer = new WireWriter(outer.Reserve(LinkTags.WorkerCommands, length));
        writer.Number(LinkTags.CommandKind, (uint)CommandKind.SendToClient);
        writer.Number(LinkTags.CommandConnection, connection);
        writer.Bytes(LinkTags.CommandBody, body);
        writer.Number(LinkTags.CommandBinary, binary ? 1u : 0);
        output.Advance(total);
    }

    /// <summary>A command in an ExecuteRequest.</summary>
    public static void AppendExecuteCommand(
        LinkBuffer output, scoped in CommandFields fields, scoped ReadOnlySpan<string> names = default,
        scoped ReadOnlySpan<uint> connections = default, scoped ReadOnlySpan<uint> exclude = default) =>
        Append(output, LinkTags.ExecuteCommands, fields, names, connections, exclude);

    private static void Append(
        LinkBuffer output, byte fieldTag, scoped in CommandFields fields, scoped ReadOnlySpan<string> names, scoped ReadOnlySpan<uint> connections,
        scoped ReadOnlySpan<uint> exclude)
    {
        var length = Measure(fields, names, connections, exclude);
        var total = 1 + Varint.SizeOfDelimited(length);
        var outer = new WireWriter(output.GetSpan(total));
        var writer = new WireWriter(outer.Reserve(fieldTag, length));
        writer.Number(LinkTags.CommandId, fields.Id);
        writer.Number(LinkTags.CommandKind, (uint)fields.Kind);
        writer.Number(LinkTags.CommandConnection, fields.Connection);
        writer.Bytes(LinkTags.CommandBody, fields.Body);
        writer.Number(LinkTags.CommandBinary, fields.Binary ? 1u : 0);
        writer.Number(LinkTags.CommandRaw, fields.Raw ? 1u : 0);
        writer.Number(LinkTags.CommandBodyPart, fields.BodyPart);
        if (names.IsEmpty)
        {
            writer.Bytes(LinkTags.CommandNames, fields.FirstName);
        }

        foreach (var name in names)
        {
            writer.Text(LinkTags.CommandNames, name, Encoding.UTF8.GetByteCount(name));
        }

        writer.Packed(LinkTags.CommandConnections, connections);
        writer.Packed(LinkTags.CommandExclude, exclude);
        WriteRareFields(ref writer, fields);
        output.Advance(total);
    }

    private static void WriteRareFields(ref WireWriter writer, scoped in CommandFields fields)
    {
        writer.Number(LinkTags.CommandOnlyConnections, fields.OnlyConnections ? 1u : 0);
        writer.Number(LinkTags.CommandHasBody, fields.HasBody ? 1u : 0);
        writer.Number(LinkTags.CommandCloseCode, fields.CloseCode);
        writer.Bytes(LinkTags.CommandCloseReason, fields.CloseReason);
        writer.Bytes(LinkTags.CommandSubprotocol, fields.Subprotocol);
        writer.LongTagNumber(LinkTags.CommandExceptSubprotocol, fields.ExceptSubprotocol ? 1u : 0);
        writer.LongTagNumber(LinkTags.CommandOnlyIfUnbound, fields.OnlyIfUnbound ? 1u : 0);
        if (fields.HasSelect)
        {
            writer.AlwaysBytes(LinkTags.CommandSelect, fields.Select);
        }
    }

    private static int Measure(
        scoped in CommandFields fields, scoped ReadOnlySpan<string> names, scoped ReadOnlySpan<uint> connections, scoped ReadOnlySpan<uint> exclude)
    {
        var length = LinkTags.SizeOf(fields.Id) + LinkTags.SizeOf((uint)fields.Kind) + LinkTags.SizeOf(fields.Connection)
            + LinkTags.SizeOfBytes(fields.Body.Length) + (fields.Binary ? 2 : 0) + (fields.Raw ? 2 : 0) + LinkTags.SizeOf(fields.BodyPart)
            + LinkTags.SizeOfBytes(WireWriter.PackedSize(connections)) + LinkTags.SizeOfBytes(WireWriter.PackedSize(exclude))
            + (fields.OnlyConnections ? 2 : 0) + (fields.HasBody ? 2 : 0) + LinkTags.SizeOf(fields.CloseCode)
            + LinkTags.SizeOfBytes(fields.CloseReason.Length) + LinkTags.SizeOfBytes(fields.Subprotocol.Length)
            + (fields.ExceptSubprotocol ? 3 : 0) + (fields.OnlyIfUnbound ? 3 : 0)
            + (fields.HasSelect ? 2 + Varint.SizeOfDelimited(fields.Select.Length) : 0)
            + (names.IsEmpty ? LinkTags.SizeOfBytes(fields.FirstName.Length) : 0);
        foreach (var name in names)
        {
            length += 1 + Varint.SizeOfDelimited(Encoding.UTF8.GetByteCount(name));
        }

        return length;
    }
}
