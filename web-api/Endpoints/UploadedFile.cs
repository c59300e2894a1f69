namespace Portico.WebApi.Endpoints;

/// <summary>A file of a multipart form. Its name and type are the sender's claims, so nobody uses them.</summary>
internal sealed record UploadedFile(string Name, byte[] Content);
