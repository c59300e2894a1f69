using System.Buffers.Binary;

namespace Portico.WebApi.Media;

/// <summary>
/// JPEG: markers and segments. Kept are tables, frames, scans, JFIF, ICC profiles and Adobe's colour hint; Exif, XMP, comments and the rest go.
/// </summary>
internal static class JpegParts
{
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;

    public static Picture? Read(ReadOnlySpan<byte> bytes)
    {
        var clean = new MemoryStream(bytes.Length);
        clean.Write([0xFF, StartOfImage]);
        var (width, height, at) = (0, 0, 2);
        var hasScan = false;
        while (at + 4 <= bytes.Length || (at + 2 <= bytes.Length && bytes[at + 1] == EndOfImage))
        {
            if (bytes[at] != 0xFF)
            {
                return null;
            }

            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker == EndOfImage)
            {
                clean.Write([0xFF, EndOfImage]);
                return hasScan ? new Picture(PictureKind.Jpeg, width, height, clean.ToArray()) : null;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (marker is < 0xC0 or StartOfImage || length < 2 || at + 2 + length > bytes.Length)
            {
                return null;
            }

            var segment = bytes.Slice(at, 2 + length);
            if (IsFrame(marker) && !TryReadSize(segment, ref width, ref height))
            {
                return null;
            }

            at += segment.Length;
            if (IsKept(marker, segment))
            {
                clean.Write(segment);
            }

            if (marker == StartOfScan)
            {
                hasScan = true;
                var end = EndOfScan(bytes, at);
                clean.Write(bytes[at..end]);
                at = end;
            }
        }

        return null;
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool TryReadSize(ReadOnlySpan<byte> segment, ref int width, ref int height)
    {
        if (segment.Length < 10)
        {
            return false;
        }

        height = BinaryPrimitives.ReadUInt16BigEndian(segment[5..]);
        width = BinaryPrimitives.ReadUInt16BigEndian(segment[7..]);
        return true;
    }

    private static bool IsKept(byte marker, ReadOnlySpan<byte> segment) => marker switch
    {
        0xE0 => segment[4..].StartsWith("JFIF\0"u8),
        0xE2 => segment[4..].StartsWith("ICC_PROFILE\0"u8),
        0xEE => segment[4..].StartsWith("Adobe"u8),
        >= 0xE1 and <= 0xEF => false,
        0xFE => false,
        _ => true,
    };

    // Inside a scan FF is followed by 00 or a restart marker; anything else is the next segment.
    private static int EndOfScan(ReadOnlySpan<byte> bytes, int at)
    {
        while (true)
        {
            var next = bytes[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= bytes.Length)
            {
                return bytes.Length;
            }

            at += next;
            if (bytes[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7)))
            {
                return at;
            }

            at += 2;
        }
    }
}
