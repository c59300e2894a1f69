using System.Buffers.Binary;

namespace Portico.WebApi.Media;

/// <summary>WebP: RIFF chunks. Kept are the image and animation chunks and the profile; Exif, XMP and unknown ones go.</summary>
internal static class WebPParts
{
    private const byte MetadataFlags = 0x0C;

    public static Picture? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 20 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) > bytes.Length - 8)
        {
            return null;
        }

        var end = 8 + (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var clean = new MemoryStream(bytes.Length);
        clean.Write(bytes[..12]);
        var (width, height) = (0, 0);
        var hasImage = false;
        for (var at = 12; at + 8 <= end;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            var whole = 8L + length + (length & 1);
            if (at + 8L + length > end)
            {
                return null;
            }

            var chunk = bytes.Slice(at, (int)Math.Min(whole, end - at));
            at += chunk.Length;
            var isFirst = width == 0;
            switch (System.Text.Encoding.Latin1.GetString(chunk[..4]))
            {
                case "VP8X" when length >= 10 && isFirst:
                    (width, height) = (1 + Read24(chunk[12..]), 1 + Read24(chunk[15..]));
                    clean.Write(chunk[..8]);
                    clean.WriteByte((byte)(chunk[8] & ~MetadataFlags));
                    clean.Write(chunk[9..]);
                    continue;
                case "VP8 " when length >= 10:
                    if (isFirst)
                    {
                        (width, height) = (
                            BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]) & 0x3FFF,
                            BinaryPrimitives.ReadUInt16LittleEndian(chunk[16..]) & 0x3FFF
                        );
                    }

                    hasImage = true;
                    break;
                case "VP8L" when length >= 5 && chunk[8] == 0x2F:
                    if (isFirst)
                    {
                        var bits = BinaryPrimitives.ReadUInt32LittleEndian(chunk[9..]);
                        (width, height) = (1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF));
                    }

                    hasImage = true;
                    break;
                case "ANMF" when !isFirst:
                    hasImage = true;
                    break;
                case "ALPH" or "ANIM" or "ICCP" when !isFirst:
                    break;
                default:
                    continue;
            }

            clean.Write(chunk);
        }

        if (!hasImage)
        {
            return null;
        }

        var content = clean.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(4), (uint)(content.Length - 8));
        return new Picture(PictureKind.WebP, width, height, content);
    }

    private static int Read24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
