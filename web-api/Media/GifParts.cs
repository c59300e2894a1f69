using System.Buffers.Binary;

namespace Portico.WebApi.Media;

/// <summary>GIF: blocks. Kept are images, graphic control and the loop extension; comments, texts and other applications' blocks go.</summary>
internal static class GifParts
{
    public static Picture? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 13)
        {
            return null;
        }

        var (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));
        var at = 13 + TableSize(bytes[10]);
        if (at > bytes.Length)
        {
            return null;
        }

        var clean = new MemoryStream(bytes.Length);
        clean.Write(bytes[..at]);
        var hasImage = false;
        while (at < bytes.Length)
        {
            var begin = at;
            switch (bytes[at])
            {
                case 0x3B:
                    clean.WriteByte(0x3B);
                    return hasImage ? new Picture(PictureKind.Gif, width, height, clean.ToArray()) : null;
                case 0x2C when at + 10 < bytes.Length:
                    hasImage = true;
                    at += 10 + TableSize(bytes[at + 9]) + 1;
                    break;
                case 0x21 when at + 2 < bytes.Length:
                    at += 2;
                    break;
                default:
                    return null;
            }

            at = EndOfBlocks(bytes, at);
            if (at < 0)
            {
                return null;
            }

            if (bytes[begin] == 0x2C || bytes[begin + 1] == 0xF9 || (bytes[begin + 1] == 0xFF && bytes[(begin + 2)..].StartsWith("\u000bNETSCAPE2.0"u8)))
            {
                clean.Write(bytes[begin..at]);
            }
        }

        return null;
    }

    private static int TableSize(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static int EndOfBlocks(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length)
        {
            var size = bytes[at++];
            if (size == 0)
            {
                return at;
            }

            at += size;
        }

        return -1;
    }
}
