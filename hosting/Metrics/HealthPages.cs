using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Portico.Hosting.Metrics;

/// <summary>
/// Liveness and readiness, as balancers and orchestrators ask for them. <c>/health/live</c>: 200 as long as the process answers; a process that
/// does not answer should be restarted. <c>/health/ready</c> and <c>/health</c>: 200 while the role can do its job, else 503 with the reason; it
/// should get no requests, and a restart would not help.
/// </summary>
/// <param name="lifetime">Of the role.</param>
/// <param name="readiness">Of the role.</param>
public sealed class HealthPages(IHostApplicationLifetime lifetime, RoleReadiness readiness)
{
    /// <summary>Whether the path is one of the pages.</summary>
    public static bool Has(PathString path) => path.Value is "/health" or "/health/live" or "/health/ready";

    /// <summary>Answers one of them.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        var missing = context.Request.Path == "/health/live" ? null
            : !lifetime.ApplicationStarted.IsCancellationRequested ? "it is starting"
            : lifetime.ApplicationStopping.IsCancellationRequested ? "it is stopping"
            : readiness.Missing;
        context.Response.StatusCode = missing is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(missing is null ? "ok\n" : $"not ready: {missing}\n", context.RequestAborted);
    }
}
