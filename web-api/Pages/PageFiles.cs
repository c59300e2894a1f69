using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;

namespace Portico.WebApi.Pages;

/// <summary>
/// The pages and the client library: the folder <c>wwwroot</c> beside the program, read once, so that no path of a request ever reaches the
/// file system. Every answer carries the headers that keep foreign script and foreign frames out.
/// </summary>
internal sealed class PageFiles
{
    private const string Settings = "/settings.json";
    private const string StartPage = "/index.html";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json; charset=utf-8",
        [".ts"] = "text/plain; charset=utf-8",
        [".md"] = "text/plain; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
    }.ToFrozenDictionary();

    // They need identities that only a demo gives away.
    private static readonly FrozenSet<string> OnlyInDemo = FrozenSet.Create(StartPage, "/shop.html", "/demo/products.json");

    private readonly FrozenDictionary<string, PageFile> _files;
    private readonly string? _clientUrl;

    public PageFiles(WebApiOptions options)
        : this(options, Path.Combine(AppContext.BaseDirectory, "wwwroot"))
    {
    }

    internal PageFiles(WebApiOptions options, string folder)
    {
        _clientUrl = options.ClientUrl;
        var isDemo = options.Demo && options.IsLoopback;
        var files = new Dictionary<string, PageFile>();
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [])
        {
            var path = "/" + Path.GetRelativePath(folder, file).Replace('\\', '/');
            if (Types.TryGetValue(Path.GetExtension(file), out var type) && (isDemo || !OnlyInDemo.Contains(path)))
            {
                files[path] = Load(File.ReadAllBytes(file), type);
            }
        }

        var settings = new { gateway = _clientUrl ?? "", demo = isDemo, pages = SettingsOf(options.Pages) };
        files[Settings] = Load(JsonSerializer.SerializeToUtf8Bytes(settings, RelaxedJson.Options), Types[".json"]);
        _files = files.ToFrozenDictionary();
    }

    /// <summary>Answers when the request names a file; false leaves it to others.</summary>
    public async Task<bool> TryServeAsync(HttpContext context)
    {
        var request = context.Request;
        var isHead = HttpMethods.IsHead(request.Method);
        var path = request.Path.Value is null or "" or "/" ? StartPage : request.Path.Value;
        if (!(isHead || HttpMethods.IsGet(request.Method)) || !_files.TryGetValue(path, out var file))
        {
            return false;
        }

        var response = context.Response;
        AddHeaders(response.Headers, request.Host.Host);
        response.Headers.ETag = file.Tag;
        if (request.Headers.IfNoneMatch == file.Tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return true;
        }

        response.ContentType = file.ContentType;
        response.ContentLength = file.Content.Length;
        if (!isHead)
        {
            await response.Body.WriteAsync(file.Content, context.RequestAborted);
        }

        return true;
    }

    /// <summary>The headers of every page, also of those that an endpoint writes itself.</summary>
    public void AddHeaders(IHeaderDictionary headers, string host)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https: data: blob:; manifest-src 'self'; "
            + $"connect-src 'self' {Gateways(host)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-cache";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
    }

    private static object SettingsOf(PagesOptions pages) => new
    {
        name = pages.Name,
        greeting = pages.Greeting,
        greetingText = pages.GreetingText,
        signIn = pages.SignInUrl,
        faq = pages.Faq.Select(entry => new { question = entry.Question, answer = entry.Answer }),
    };

    // Without a configured address the page looks for the gateway on the machine that it comes from.
    private string Gateways(string host)
    {
        if (_clientUrl is not null && Uri.TryCreate(_clientUrl, UriKind.Absolute, out var uri) && !IsAnyAddress(uri.Host))
        {
            return uri.GetLeftPart(UriPartial.Authority);
        }

        var isName = host.Length > 0 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');
        return isName ? $"ws://{host}:* wss://{host}:*" : "ws: wss:";
    }

    private static bool IsAnyAddress(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    private static PageFile Load(byte[] content, string type) => new(content, type, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"");
}
