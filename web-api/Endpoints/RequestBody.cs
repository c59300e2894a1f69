using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Portico.WebApi.Endpoints;

/// <summary>Reads a request into <see cref="Arguments"/>: query, urlencoded and multipart forms, JSON. Everything must be UTF-8.</summary>
internal static class RequestBody
{
    private const int MaxParts = 10_000;
    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 64 };

    /// <exception cref="RequestException">The body is too large, of an unknown kind, or cannot be read.</exception>
    public static async ValueTask<Arguments> ReadAsync(HttpRequest request, int limit)
    {
        var arguments = new Arguments();
        if (request.QueryString.Value is { Length: > 1 } query)
        {
            FormFields.Parse(System.Text.Encoding.UTF8.GetBytes(query[1..]), arguments.Fields);
        }

        var body = await ReadAllAsync(request, limit);
        if (body.Length == 0)
        {
            return arguments;
        }

        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new RequestException(Problem.UnknownBody, "The body must come as it is, without a Content-Encoding.");
        }

        var type = string.IsNullOrEmpty(request.ContentType) ? null : request.ContentType;
        if (type is null ? body[0] is not (byte)'{' : type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            FormFields.Parse(body, arguments.Fields);
        }
        else if (type is null || type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            arguments.Json = ParseJson(body);
        }
        else if (type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            await ReadMultipartAsync(type, body, arguments);
        }
        else if (type.StartsWith("image/", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            arguments.Files.Add(new UploadedFile("", body));
        }
        else
        {
            throw new RequestException(Problem.UnknownBody, "The body must be a form (urlencoded or multipart) or JSON.");
        }

        return arguments;
    }

    private static async ValueTask<byte[]> ReadAllAsync(HttpRequest request, int limit)
    {
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(request.HttpContext.RequestAborted);
            if (read.Buffer.Length > limit)
            {
                // What was read must be given back, or the server cannot finish the answer.
                reader.AdvanceTo(read.Buffer.End);
                throw TooLarge(limit);
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static RequestException TooLarge(int limit) => new(Problem.TooLarge, $"The body is larger than {limit} bytes.");

    // Null for no arguments: PHP's json_encode writes an empty array of them as [].
    private static JsonElement? ParseJson(ReadOnlyMemory<byte> body)
    {
        // A script that was saved with a byte order mark sends one before everything it prints (RFC 8259, section 8.1).
        body = body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
        if (!Utf8.IsValid(body.Span))
        {
            throw RequestException.Field("body", "is not valid UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(body, JsonOptions);
            if (WholeText.FindHalf(body.Span, JsonOptions.MaxDepth) is { } member)
            {
                throw RequestException.Field(member, "holds half of a surrogate pair.");
            }

            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object => document.RootElement.Clone(),
                JsonValueKind.Array when document.RootElement.GetArrayLength() == 0 => null,
                _ => throw RequestException.Field("body", "must be a JSON object."),
            };
        }
        catch (JsonException fault)
        {
            throw RequestException.Field("body", $"is not valid JSON (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}).");
        }
    }

    private static async Task ReadMultipartAsync(string type, byte[] body, Arguments arguments)
    {
        var boundary = MediaTypeHeaderValue.TryParse(type, out var parsed) ? HeaderUtilities.RemoveQuotes(parsed.Boundary).Value : null;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200)
        {
            throw RequestException.Field("body", "is multipart without a boundary.");
        }

        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(body)) { HeadersCountLimit = 16 };
            for (var parts = 0; await reader.ReadNextSectionAsync() is { } section; parts++)
            {
                if (parts > MaxParts || !ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                {
                    throw RequestException.Field("body", "is not a readable multipart form.");
                }

                await TakePartAsync(section, disposition, arguments);
            }
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException)
        {
            throw RequestException.Field("body", "is not a readable multipart form.");
        }
    }

    private static async Task TakePartAsync(MultipartSection section, ContentDispositionHeaderValue disposition, Arguments arguments)
    {
        using var content = new MemoryStream();
        await section.Body.CopyToAsync(content);
        var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
        if (disposition.FileName.HasValue || disposition.FileNameStar.HasValue)
        {
            arguments.Files.Add(new UploadedFile(name, content.ToArray()));
        }
        else
        {
            arguments.Fields.Add(new(name, FormFields.Text(name, content.ToArray())));
        }
    }
}
