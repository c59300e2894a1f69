namespace Portico.Gateway.Hosting;

/// <summary>How the gateway speaks to a register.</summary>
internal enum RegisterProtocol
{
    /// <summary>Portico's own (portico.register.v1).</summary>
    Grpc,

    /// <summary>GatewayWorker's register (protocol document section 1), PHP's or ours.</summary>
    GatewayWorker,
}
