using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Portico.WebApi.Hosting;

namespace Portico.WebApi.Identity;

/// <summary>
/// Stands before every HTTP endpoint. On loopback the Host must name this machine (a foreign page whose name was pointed at 127.0.0.1
/// sends its own name: DNS rebinding); a browser's Origin must be ours or an allowed one, and allowed ones get their CORS headers.
/// </summary>
internal sealed class RequestGate(WebApiOptions options)
{
    private readonly HashSet<string> _origins = new(options.AllowedOrigins, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _hosts = new(options.AllowedHosts, StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets the request through, or answers it.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsHostKnown(context))
        {
            return RefuseAsync(context, StatusCodes.Status421MisdirectedRequest, "This server does not answer to that Host; name it in WebApi:AllowedHosts.");
        }

        if (!context.Request.Headers.TryGetValue(HeaderNames.Origin, out var values))
        {
            return next(context);
        }

        var origin = values.ToString();
        if (_origins.Contains(origin))
        {
            AddCors(context, origin);
            if (HttpMethods.IsOptions(context.Request.Method) && context.Request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod))
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }
        }
        else if (!IsOwn(context, origin))
        {
            return RefuseAsync(context, StatusCodes.Status403Forbidden, "This origin may not call; name it in WebApi:AllowedOrigins.");
        }

        return next(context);
    }

    private bool IsHostKnown(HttpContext context)
    {
        var host = context.Request.Host.Host.Trim('[', ']');
        if (_hosts.Contains(host))
        {
            return true;
        }

        if (context.Connection.LocalIpAddress is not { } local || !IPAddress.IsLoopback(local))
        {
            return _hosts.Count == 0;
        }

        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }

    // The scheme is left out: behind a proxy that ends TLS it differs.
    private static bool IsOwn(HttpContext context, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Authority.Equals(WithoutDefaultPort(context.Request.Host.Value ?? ""), StringComparison.OrdinalIgnoreCase);

    private static string WithoutDefaultPort(string host) =>
        host.EndsWith(":80", StringComparison.Ordinal) ? host[..^3] : host.EndsWith(":443", StringComparison.Ordinal) ? host[..^4] : host;

    private static void AddCors(HttpContext context, string origin)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        headers.Vary = HeaderNames.Origin;
        headers.AccessControlAllowMethods = "GET, POST, PUT, DELETE, OPTIONS";
        headers.AccessControlAllowHeaders = "Authorization, Content-Type, X-Api-Key, X-Requested-With";
        headers.AccessControlMaxAge = "600";
    }

    private static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(detail, context.RequestAborted);
    }
}
