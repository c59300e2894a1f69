namespace Portico.Contracts.Link;

/// <summary>Pieces of a body too large for one message (gateway.proto, BodyPart), the same in every direction.</summary>
internal static class BodyParts
{
    public static void Append(LinkBuffer output, byte fieldTag, ulong id, ReadOnlySpan<byte> data)
    {
        var length = LinkTags.SizeOf(id) + LinkTags.SizeOfBytes(data.Length);
        var total = 1 + Varint.SizeOfDelimited(length);
        var outer = new WireWriter(output.GetSpan(total));
        var inner = new WireWriter(outer.Reserve(fieldTag, length));
        inner.Number(LinkTags.PartId, id);
        inner.Bytes(LinkTags.PartData, data);
        output.Advance(total);
    }

    public static bool TryNext(scoped ref WireReader message, byte fieldTag, scoped ref bool badContent, out ulong id, out ReadOnlySpan<byte> data)
    {
        while (message.TryTag(out var tag))
        {
            if (tag != fieldTag)
            {
                message.Skip(tag);
                continue;
            }

            var read = TryRead(message.Bytes(), out id, out data);
            badContent |= !read;
            return read;
        }

        id = 0;
        data = default;
        return false;
    }

    private static bool TryRead(ReadOnlySpan<byte> encoded, out ulong id, out ReadOnlySpan<byte> data)
    {
        id = 0;
        data = default;
        var reader = new WireReader(encoded);
        while (reader.TryTag(out var tag))
        {
            switch (tag)
            {
                case LinkTags.PartId:
                    id = reader.Number();
                    break;
                case LinkTags.PartData:
                    data = reader.Bytes();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return !reader.Malformed;
    }
}
