using Microsoft.AspNetCore.Http;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;

namespace Portico.WebApi.Endpoints;

/// <summary>Short tokens for pages whose user is known by a cookie that script cannot read.</summary>
internal sealed class TokenEndpoints(Authenticator authenticator, WebApiOptions options, TimeProvider time)
{
    // Long enough that a page seldom asks, short enough that one that leaked is soon worth nothing.
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(15);

    /// <summary><c>POST /api/v1/token</c>: who the caller is, again, for a while and never longer than his own token.</summary>
    public async Task RenewAsync(HttpContext context)
    {
        const string Needed = "A user token is needed.";
        _ = authenticator.Require(context, Needed);
        if (authenticator.FindToken(context.Request) is not { } token)
        {
            throw new RequestException(Problem.Unauthorized, Needed);
        }

        var arguments = await RequestBody.ReadAsync(context.Request, options.Limits.RequestBytes);
        arguments.IsStrict = true;
        arguments.ThrowIfFaulty();
        var until = time.GetUtcNow() + Validity;
        var fresh = authenticator.Tokens!.Create(token.Uid, token.Expires < until ? token.Expires : until, token.Role);
        context.Response.Headers.CacheControl = "no-store";
        await Replies.JsonAsync(context, json =>
        {
            json.WriteString("token"u8, fresh);
            json.WriteString("uid"u8, token.Uid);
        });
    }
}
