namespace Portico.WebApi.Media;

/// <summary>
/// Decides by content alone whether bytes are a picture: names and types that a sender claims are never looked at. Pictures are rewritten
/// part by part, and only the parts that make the image are kept, so places and names in metadata do not leak and nothing hides behind the end.
/// </summary>
internal static class PictureCheck
{
    /// <summary>The cleaned picture, or null for anything else.</summary>
    public static Picture? Read(ReadOnlySpan<byte> bytes, long maxPixels)
    {
        var picture = bytes switch
        {
            [0xFF, 0xD8, 0xFF, ..] => JpegParts.Read(bytes),
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..] => PngParts.Read(bytes),
            [0x47, 0x49, 0x46, 0x38, 0x37 or 0x39, 0x61, ..] => GifParts.Read(bytes),
            [0x52, 0x49, 0x46, 0x46, _, _, _, _, 0x57, 0x45, 0x42, 0x50, ..] => WebPParts.Read(bytes),
            _ => null,
        };

        // The size stands in the head: a bomb is refused without being unpacked.
        return picture is { Width: > 0, Height: > 0 } && (long)picture.Width * picture.Height <= maxPixels ? picture : null;
    }
}
