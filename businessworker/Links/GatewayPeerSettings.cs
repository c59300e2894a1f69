using System.Net.Security;
using Microsoft.Extensions.Logging;
using Portico.BusinessWorker.Dispatch;
using Portico.Contracts.Link;
using Portico.Hosting;

namespace Portico.BusinessWorker.Links;

/// <summary>What all peers of a worker share.</summary>
internal sealed record GatewayPeerSettings
{
    /// <summary>Names this process in the cluster.</summary>
    public required string WorkerKey { get; init; }

    /// <summary>Random per start.</summary>
    public required ulong Instance { get; init; }

    /// <summary>What it serves, with the modules there; gateways give it no client of another place.</summary>
    public IReadOnlyList<KeyValuePair<ModulePlace, string>> Places { get; init; } = [];

    /// <summary>The cluster's shared key, or empty.</summary>
    public required string SecretKey { get; init; }

    /// <summary>TLS with gateways that speak it; null for the machine's authorities.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Whether gateways without TLS are dialled.</summary>
    public bool AllowPlain { get; init; } = true;

    /// <summary>Ceilings and times.</summary>
    public required LinkOptions Options { get; init; }

    /// <summary>Where events go.</summary>
    public required EventHandling Handling { get; init; }

    /// <summary>Where links that stand are found.</summary>
    public required LinkTable Table { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>For what a gateway that is away causes again and again.</summary>
    public required RepeatedWarnings Warnings { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Log { get; init; }
}
