namespace Portico.WebApi.Media;

/// <summary>The kinds of pictures that are taken, with how they are served.</summary>
internal enum PictureKind
{
    /// <summary>image/jpeg.</summary>
    Jpeg,

    /// <summary>image/png.</summary>
    Png,

    /// <summary>image/gif.</summary>
    Gif,

    /// <summary>image/webp.</summary>
    WebP,
}

/// <summary>A picture that passed the checks, without its metadata.</summary>
internal sealed record Picture(PictureKind Kind, int Width, int Height, byte[] Content)
{
    public string Extension => Kind switch { PictureKind.Jpeg => "jpg", PictureKind.Png => "png", PictureKind.Gif => "gif", _ => "webp" };

    public string ContentType =>
        Kind switch { PictureKind.Jpeg => "image/jpeg", PictureKind.Png => "image/png", PictureKind.Gif => "image/gif", _ => "image/webp" };
}
