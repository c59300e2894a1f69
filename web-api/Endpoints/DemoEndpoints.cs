using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Portico.Client;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;

namespace Portico.WebApi.Endpoints;

/// <summary>What a visitor of a fresh standalone may ask for: a user token, and the description of the API.</summary>
internal sealed class DemoEndpoints(Authenticator authenticator, WebApiOptions options, TimeProvider time)
{
    private static readonly TimeSpan Validity = TimeSpan.FromHours(12);
    private static readonly byte[] Description = ReadDescription();

    /// <summary>
    /// <c>GET /demo/token?uid=U_1</c>, for an agent of the customer service <c>?uid=agent_1&amp;role=agent</c>; only where standalone has switched it
    /// on, on loopback.
    /// </summary>
    public async Task TokenAsync(HttpContext context)
    {
        var tokens = RequireTokens();
        var arguments = await RequestBody.ReadAsync(context.Request, options.Limits.RequestBytes);
        var uid = arguments.Uid("uid");
        var role = arguments.Text("role") ?? "";
        if (role is not ("" or UserTokens.AgentRole))
        {
            arguments.Fault("role", "must be agent, or left out.");
        }

        arguments.ThrowIfFaulty();
        await Replies.JsonAsync(context, json => json.WriteString("token"u8, tokens.Create(uid, time.GetUtcNow() + Validity, role)));
    }

    /// <summary>
    /// <c>GET /demo/chat?uid=U_1&amp;pid=900001</c>: signs a buyer in by the cookie, as a shop's own login does, and shows the product's chat page.
    /// </summary>
    public async Task ChatAsync(HttpContext context)
    {
        var tokens = RequireTokens();
        var arguments = await RequestBody.ReadAsync(context.Request, options.Limits.RequestBytes);
        var uid = arguments.Uid("uid");
        var product = arguments.Number("pid", 0, 1, long.MaxValue);
        arguments.ThrowIfFaulty();
        var cookie = new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/" };
        context.Response.Cookies.Append(Authenticator.Cookie, tokens.Create(uid, time.GetUtcNow() + Validity), cookie);
        context.Response.Redirect(string.Create(CultureInfo.InvariantCulture, $"/push/push/chat?pid={product}"));
    }

    /// <summary><c>GET /openapi</c>.</summary>
    public static async Task OpenApiAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.Body.WriteAsync(Description, context.RequestAborted);
    }

    private UserTokens RequireTokens() => options.Demo && options.IsLoopback && authenticator.Tokens is { } tokens
        ? tokens
        : throw new RequestException(Problem.NotFound, "There is no such route.");

    private static byte[] ReadDescription()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("openapi.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
