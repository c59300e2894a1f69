using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Portico.Hosting.Rpc;

/// <summary><c>grpc.health.v1</c> reports what the page <c>/health</c> does: whether the role can do its work.</summary>
internal sealed class ReadinessCheck(RoleReadiness readiness) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(readiness.Missing is { } missing ? HealthCheckResult.Unhealthy(missing) : HealthCheckResult.Healthy());
}
