using Microsoft.AspNetCore.Http;
using Portico.WebApi.Identity;

namespace Portico.WebApi.Endpoints;

/// <summary>What endpoints answer to requests without a valid caller.</summary>
internal static class AuthenticatorExtensions
{
    /// <summary>The caller.</summary>
    /// <param name="authenticator">Finds out.</param>
    /// <param name="context">The request.</param>
    /// <param name="needed">What is said when nothing was shown.</param>
    /// <exception cref="RequestException">Nothing valid was shown, or the address showed too many wrong ones.</exception>
    public static Caller Require(this Authenticator authenticator, HttpContext context, string needed)
    {
        var found = authenticator.Find(context);
        return found.Caller ?? throw (found.Wait > TimeSpan.Zero ? TooMany(found.Wait)
            : new RequestException(Problem.Unauthorized, found.WasShown ? "The API key or user token that was shown is not valid here." : needed));
    }

    private static RequestException TooMany(TimeSpan wait)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
        return new RequestException(
            Problem.OverQuota, $"Too many wrong keys or tokens came from your address; try again in {seconds} s.")
        { RetrySeconds = seconds };
    }
}
