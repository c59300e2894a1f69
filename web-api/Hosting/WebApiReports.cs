using Microsoft.Extensions.Hosting;
using Portico.Client;
using Portico.Contracts.Rpc;
using Portico.Hosting;
using Portico.Hosting.Tls;

namespace Portico.WebApi.Hosting;

/// <summary>Tells the registers every few seconds how this web-api is, for <c>portico doctor</c>.</summary>
internal sealed class WebApiReports(WebApiOptions options, CodeKeys codeKeys, RoleReadiness readiness, InnerTls tls, TimeProvider time) : BackgroundService
{
    private readonly ulong _instance = (ulong)Random.Shared.NextInt64(1, long.MaxValue);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new RoleReporter(
        options.Registers,
        new RpcChannelOptions { SecretKey = options.SecretKey.Own, Tls = tls.Client, AllowPlain = options.Tls.MayCallPlain, TimeProvider = time },
        _ => Task.FromResult(Look())).RunAsync(stoppingToken);

    private RoleStatus Look() => new()
    {
        Role = "web-api",
        Name = "",
        Instance = _instance,
        Faults = readiness.Missing is { } missing ? ["is not ready: " + missing] : [],
        Fingerprints = new Dictionary<string, IReadOnlyList<string>>
        {
            ["TokenSecret"] = [.. options.TokenSecrets.Select(secret => SecretFingerprint.Of("TokenSecret", secret))],
            ["CodeKeys"] = [.. codeKeys.All.Select(secret => SecretFingerprint.Of("CodeKeys", secret))],
        },
    };
}
