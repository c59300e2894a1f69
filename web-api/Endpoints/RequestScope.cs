using Microsoft.AspNetCore.Http;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;

namespace Portico.WebApi.Endpoints;

/// <summary>A request whose caller is known and whose arguments are read: what every endpoint but /gateway starts from.</summary>
internal sealed record RequestScope(HttpContext Context, Caller Caller, Arguments Arguments)
{
    /// <summary>The uid that acts: the token's, or the one a backend names.</summary>
    public string ActingUid()
    {
        var uid = Caller.Uid ?? Arguments.Uid("uid");
        if (Caller.Uid is { } self && Arguments.Text("uid") is { } named && named != self && Arguments.IsStrict)
        {
            Arguments.Fault("uid", "must be the one of the user token, or be left out.");
        }

        Arguments.ThrowIfFaulty();
        return uid;
    }

    /// <summary>Only backends go on.</summary>
    public void RequireBackend()
    {
        if (!Caller.IsBackend)
        {
            throw new RequestException(Problem.Forbidden, "This needs an API key; a user token is not enough.");
        }
    }
}

/// <summary>Opens scopes: 401 comes before anything is read.</summary>
internal sealed class RequestScopes(Authenticator authenticator, WebApiOptions options)
{
    /// <exception cref="RequestException">Nobody valid calls, or the body cannot be read.</exception>
    public async ValueTask<RequestScope> OpenAsync(HttpContext context, bool forAgents = false)
    {
        var caller = authenticator.Require(context, "An API key or a user token is needed.");
        if (caller.IsAgent && !forAgents)
        {
            throw new RequestException(Problem.Forbidden, "An agent of the customer service is no user of the shop.");
        }

        var arguments = await RequestBody.ReadAsync(context.Request, options.Limits.RequestBytes);
        arguments.IsStrict = context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);
        return new RequestScope(context, caller, arguments);
    }
}
