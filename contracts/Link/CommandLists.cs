namespace Portico.Contracts.Link;

/// <summary>The lists of connection numbers in a command, packed or not.</summary>
internal static class CommandLists
{
    /// <summary>Numbers in the packed field that comes next.</summary>
    public static int Count(ref WireReader reader)
    {
        // Each number ends with the one byte whose high bit is clear.
        var count = 0;
        var packed = reader.Bytes();
        foreach (var piece in packed)
        {
            count += piece < 0x80 ? 1 : 0;
        }

        if (!packed.IsEmpty && packed[^1] >= 0x80)
        {
            reader.Fail();
        }

        return count;
    }

    public static void Copy(ReadOnlySpan<byte> encoded, uint packedTag, uint unpackedTag, Span<uint> destination)
    {
        var reader = new WireReader(encoded);
        var count = 0;
        while (reader.TryTag(out var tag))
        {
            if (tag == packedTag)
            {
                var packed = new WireReader(reader.Bytes());
                while (packed.HasMore)
                {
                    destination[count++] = packed.Number32();
                }
            }
            else if (tag == unpackedTag)
            {
                destination[count++] = reader.Number32();
            }
            else
            {
                reader.Skip(tag);
            }
        }
    }
}
