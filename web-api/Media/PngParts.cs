using System.Buffers.Binary;

namespace Portico.WebApi.Media;

/// <summary>PNG: chunks. Kept are the ones that make the image; texts, Exif, times, private chunks and compressed profiles go.</summary>
internal static class PngParts
{
    private static readonly string[] Kept = ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "pHYs", "bKGD", "acTL", "fcTL", "fdAT"];

    public static Picture? Read(ReadOnlySpan<byte> bytes)
    {
        var clean = new MemoryStream(bytes.Length);
        clean.Write(bytes[..8]);
        var (width, height) = (0, 0);
        var hasImage = false;
        for (var at = 8; at + 12 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > bytes.Length - at - 12)
            {
                return null;
            }

            var chunk = bytes.Slice(at, (int)length + 12);
            var type = System.Text.Encoding.Latin1.GetString(chunk.Slice(4, 4));
            if ((at == 8) != (type == "IHDR"))
            {
                return null;
            }

            if (type == "IHDR")
            {
                var size = length == 13 ? (BinaryPrimitives.ReadUInt32BigEndian(chunk[8..]), BinaryPrimitives.ReadUInt32BigEndian(chunk[12..])) : default;
                if (size.Item1 > int.MaxValue || size.Item2 > int.MaxValue)
                {
                    return null;
                }

                (width, height) = ((int)size.Item1, (int)size.Item2);
            }

            hasImage |= type == "IDAT";
            if (Kept.Contains(type))
            {
                clean.Write(chunk);
            }

            at += chunk.Length;
            if (type == "IEND")
            {
                return hasImage ? new Picture(PictureKind.Png, width, height, clean.ToArray()) : null;
            }
        }

        return null;
    }
}
