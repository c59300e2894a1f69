using System.Net;
using Portico.Contracts.Link;
using Portico.Contracts.Rpc;
using Portico.Hosting.Tls;

namespace Portico.Gateway.Hosting;

/// <summary>The validated configuration of a gateway (section <c>Gateway</c>, and <c>SecretKey</c> which all roles share).</summary>
internal sealed record GatewayOptions
{
    /// <summary>Where clients connect. Default <c>websocket://0.0.0.0:8282</c>.</summary>
    public required IReadOnlyList<ListenOptions> Listen { get; init; }

    /// <summary>IPv4 address that stands in client ids and by which workers reach this gateway. Default 127.0.0.1.</summary>
    public required IPAddress LanIp { get; init; }

    /// <summary>Inner port, which stands in client ids; 0 takes a free one. Default 2900.</summary>
    public required int LanPort { get; init; }

    /// <summary>Address the inner port is bound to. Default <see cref="LanIp"/>.</summary>
    public required IPAddress InnerListen { get; init; }

    /// <summary>The registers; it announces itself at each. Default 127.0.0.1:1238.</summary>
    public required IReadOnlyList<RegisterOptions> Registers { get; init; }

    /// <summary>How workers are picked: "least-connections" (default) or "random".</summary>
    public required string Router { get; init; }

    /// <summary>Places whose clients PHP workers take, beside those that no .NET worker names in its BusinessWorker:Events. Default none.</summary>
    public IReadOnlyList<ModulePlace> PhpPlaces { get; init; } = [];

    /// <summary>Number of event loops; 0, the default, is one for each core.</summary>
    public required int Loops { get; init; }

    /// <summary>How loops learn of bytes: "auto" (default), "epoll" (Linux) or "sockets".</summary>
    public required string Transport { get; init; }

    /// <summary>What workers and callers must show, and what registers are shown; open only where loopback allows it.</summary>
    public RpcSecretKey SecretKey { get; init; } = RpcSecretKey.Open;

    /// <summary>TLS of the inner port, and of what this gateway calls.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>All ceilings.</summary>
    public required LimitOptions Limits { get; init; }

    /// <summary>The number of loops that <see cref="Loops"/> comes to on this machine.</summary>
    public int LoopCount => Loops > 0 ? Loops : Environment.ProcessorCount;
}
