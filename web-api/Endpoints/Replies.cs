using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portico.WebApi.Messages;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Endpoints;

/// <summary>Writes answers.</summary>
internal static class Replies
{
    private const string Json = "application/json; charset=utf-8";
    private const string ProblemJson = "application/problem+json; charset=utf-8";
    private static readonly StringValues NoSniff = new("nosniff");
    private static readonly StringValues NoStore = new("no-store");

    /// <summary>An object whose members <paramref name="fill"/> writes.</summary>
    public static Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> fill, int status = 200) => SendAsync(context, Build(fill), Json, status);

    /// <summary>
    /// The same for the routes of old pages: for AJAX requests a JSON string that holds the JSON, since those pages parse once more what
    /// jQuery has parsed (docs/dev/applications.md 1.1, double encoding).
    /// </summary>
    public static Task OldPageAsync(HttpContext context, Action<Utf8JsonWriter> fill, int status = 200)
    {
        var body = Build(fill);
        if (context.Request.Headers.XRequestedWith == "XMLHttpRequest")
        {
            var text = new ArrayBufferWriter<byte>(body.Length + 32);
            using (var json = new Utf8JsonWriter(text, RelaxedJson.Writer))
            {
                json.WriteStringValue(body);
            }

            body = text.WrittenSpan;
        }

        return SendAsync(context, body, Json, status);
    }

    /// <summary>A problem in the shape of the route: the GatewayClient's outer shape below /gateway, problem+json elsewhere.</summary>
    public static Task ProblemAsync(HttpContext context, Problem problem, string detail, IReadOnlyDictionary<string, string>? errors)
    {
        var (status, title) = ErrorMapping.Of(problem);
        WebApiMeter.Refused(status);
        if (problem == Problem.Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        var isGateway = context.Request.Path.StartsWithSegments("/gateway", StringComparison.OrdinalIgnoreCase);
        var body = Build(json =>
        {
            if (isGateway)
            {
                json.WriteNumber("code"u8, status);
                json.WriteString("msg"u8, detail);
                json.WriteNull("data"u8);
            }
            else
            {
                json.WriteString("type"u8, "about:blank"u8);
                json.WriteString("title"u8, title);
                json.WriteNumber("status"u8, status);
                json.WriteString("detail"u8, detail);
            }

            if (errors is { Count: > 0 })
            {
                json.WriteStartObject("errors"u8);
                foreach (var (name, fault) in errors)
                {
                    json.WriteString(name, fault);
                }

                json.WriteEndObject();
            }
        });
        return SendAsync(context, body, isGateway ? Json : ProblemJson, status);
    }

    private static ReadOnlySpan<byte> Build(Action<Utf8JsonWriter> fill) => JsonText.Write(fill, static (json, members) => members(json));

    private static Task SendAsync(HttpContext context, ReadOnlySpan<byte> body, string contentType, int status)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.XContentTypeOptions = NoSniff;
        response.Headers.CacheControl = NoStore;

        // Copied into the connection's own buffer before anything else runs on this thread.
        var output = response.BodyWriter;
        output.Write(body);
        var flushed = output.FlushAsync(context.RequestAborted);
        return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
    }
}
