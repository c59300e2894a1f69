namespace Portico.WebApi.Pages;

/// <summary>One file of the pages, as it is served.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Tag">Entity tag of the content.</param>
internal sealed record PageFile(byte[] Content, string ContentType, string Tag);
