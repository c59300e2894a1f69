namespace Portico.WebApi.Media;

/// <summary>A picture as a file: its path below the upload folder, its type and its size.</summary>
internal readonly record struct StoredFile(string Path, string ContentType, long Bytes);
