using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Contracts.Link;

/// <summary>
/// Appends fields of a GatewayMessage to a buffer; the fields of one buffer together are one message. Events come from
/// <see cref="EventBatchWriter"/>.
/// </summary>
public static class GatewayMessageWriter
{
    /// <summary>The first message of a stream.</summary>
    public static void AppendAttached(LinkBuffer output, Attached attached) => AppendMessage(output, LinkTags.GatewayAttached, attached);

    /// <summary>A piece of a large body.</summary>
    public static void AppendPart(LinkBuffer output, ulong id, ReadOnlySpan<byte> data) => BodyParts.Append(output, LinkTags.GatewayParts, id, data);

    /// <summary>A probe, numbered from 1.</summary>
    public static void AppendProbe(LinkBuffer output, ulong probe)
    {
        var total = LinkTags.SizeOf(probe);
        new WireWriter(output.GetSpan(total)).Number(LinkTags.GatewayProbe, probe);
        output.Advance(total);
    }

    /// <summary>A result without rows.</summary>
    public static void AppendResult(LinkBuffer output, scoped in ResultView result) => AppendResult(output, LinkTags.GatewayResults, result);

    /// <summary>A result with rows.</summary>
    public static void AppendResult(LinkBuffer output, CommandResult result) => AppendMessage(output, LinkTags.GatewayResults, result);

    /// <summary>A result without rows, as a field of an ExecuteReply.</summary>
    public static void AppendReplyResult(LinkBuffer output, scoped in ResultView result) => AppendResult(output, LinkTags.ExecuteReplyResults, result);

    /// <summary>A result with rows, as a field of an ExecuteReply.</summary>
    public static void AppendReplyResult(LinkBuffer output, CommandResult result) => AppendMessage(output, LinkTags.ExecuteReplyResults, result);

    private static void AppendResult(LinkBuffer output, byte fieldTag, scoped in ResultView result)
    {
        var length = result.Measure();
        var total = 1 + Varint.SizeOfDelimited(length);
        var writer = new WireWriter(output.GetSpan(total));
        result.Write(writer.Reserve(fieldTag, length));
        output.Advance(total);
    }

    private static void AppendMessage(LinkBuffer output, byte fieldTag, IMessage message)
    {
        var length = message.CalculateSize();
        var total = 1 + Varint.SizeOfDelimited(length);
        var writer = new WireWriter(output.GetSpan(total));
        message.WriteTo(writer.Reserve(fieldTag, length));
        output.Advance(total);
    }
}
