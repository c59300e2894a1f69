using System.Buffers.Binary;
using System.Text;

namespace Portico.WebApi.Tests.Media;

/// <summary>Small pictures made by hand, with metadata that must not survive.</summary>
internal static class Samples
{
    public static byte[] Png(uint width = 2, uint height = 2)
    {
        var head = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(head, width);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), height);
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR", head), .. Chunk("tEXt", "Comment\0SECRET"u8), .. Chunk("eXIf", "GPS SECRET"u8), .. Chunk("IDAT", [1, 2, 3]), .. Chunk("IEND", []), .. "<script>SECRET</script>"u8];
    }

    public static byte[] Jpeg() =>
    [
        0xFF, 0xD8, 0xFF, 0xE0, 0, 9, .. "JFIF\0"u8, 1, 1, 0xFF, 0xE1, 0, 16, .. "Exif\0\0"u8, .. "SECRET12"u8, 0xFF, 0xFE, 0, 8, .. "SECRET"u8,
        0xFF, 0xC0, 0, 11, 8, 0, 3, 0, 4, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 10, 20, 0xFF, 0x00, 30, 0xFF, 0xD0, 40, 0xFF, 0xD9, .. "SECRET"u8,
    ];

    public static byte[] Gif() =>
    [
        .. "GIF89a"u8, 5, 0, 6, 0, 0x80, 0, 0, 1, 2, 3, 4, 5, 6, 0x21, 0xFE, 6, .. "SECRET"u8, 0, 0x21, 0xF9, 4, 0, 0, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 5, 0, 6, 0, 0, 2, 2, 0x44, 1, 0, 0x3B, .. "SECRET"u8,
    ];

    public static byte[] WebP()
    {
        byte[] extended = [0x0C, 0, 0, 0, 7, 0, 0, 8, 0, 0];
        byte[] chunks = [.. Riff("VP8X", extended), .. Riff("VP8L", [0x2F, 7, 0, 2, 0, 9]), .. Riff("EXIF", "SECRET"u8), .. Riff("XMP ", "SECRET"u8)];
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, chunks.Length + 4);
        return [.. "RIFF"u8, .. size, .. "WEBP"u8, .. chunks];
    }

    public static byte[] AnimatedGif()
    {
        byte[] frame = [0x21, 0xF9, 4, 0, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 5, 0, 6, 0, 0, 2, 5, .. "FRAME"u8, 0];
        return [.. "GIF89a"u8, 5, 0, 6, 0, 0x80, 0, 0, 1, 2, 3, 4, 5, 6, 0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0, 0x21, 0xFE, 6, .. "SECRET"u8, 0, .. frame, .. frame, 0x3B];
    }

    public static byte[] AnimatedWebP()
    {
        byte[] extended = [0x0E, 0, 0, 0, 7, 0, 0, 8, 0, 0];
        var frame = Riff("ANMF", [.. new byte[16], .. Riff("VP8L", [0x2F, 7, 0, 2, 0, 9])]);
        byte[] chunks = [.. Riff("VP8X", extended), .. Riff("ANIM", new byte[6]), .. frame, .. frame, .. Riff("EXIF", "SECRET"u8)];
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, chunks.Length + 4);
        return [.. "RIFF"u8, .. size, .. "WEBP"u8, .. chunks];
    }

    private static byte[] Chunk(string type, ReadOnlySpan<byte> data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        return [.. length, .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
    }

    private static byte[] Riff(string type, ReadOnlySpan<byte> data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        return [.. Encoding.ASCII.GetBytes(type), .. length, .. data, .. new byte[data.Length % 2]];
    }
}
