using Portico.Hosting.Tls;

namespace Portico.BusinessWorker.Hosting;

/// <summary>The worker's configuration, checked.</summary>
internal sealed record BusinessWorkerOptions
{
    /// <summary><c>BusinessWorker:Name</c>: names this worker in gateways' logs and lists. Default "BusinessWorker".</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>BusinessWorker:RegisterAddress</c>: one or more "host:port", "https://host:port" once read as TLS is set up; a section with <c>Address</c>
    /// and <c>Protocol</c> gatewayworker becomes one with that scheme in front. Default 127.0.0.1:1238.
    /// </summary>
    public required IReadOnlyList<string> RegisterAddresses { get; init; }

    /// <summary><c>BusinessWorker:Events</c>: modules and their places, <c>name[=place]</c>. Default shop.</summary>
    public required IReadOnlyList<ModuleEntry> Events { get; init; }

    /// <summary><c>BusinessWorker:MessageLog</c>: where web-apis take messages of workers, the preferred one first. Default 127.0.0.1:8081.</summary>
    public required IReadOnlyList<Uri> MessageLog { get; init; }

    /// <summary>The same as text, for messages.</summary>
    public string MessageLogNames => string.Join(", ", MessageLog.Select(address => address.Authority));

    /// <summary><c>SecretKey</c>: the cluster's shared key. Default none.</summary>
    public required string SecretKey { get; init; }

    /// <summary><see cref="Client.SecretFingerprint"/> of each accepted <c>TokenSecret</c>, the one used first. Default none.</summary>
    public IReadOnlyList<string> TokenSecretFingerprints { get; init; } = [];

    /// <summary>TLS of what this worker calls.</summary>
    public required TlsOptions Tls { get; init; }

    /// <summary><c>TimeZone</c>: where times are shown. Default the machine's.</summary>
    public required TimeZoneInfo TimeZone { get; init; }
}
