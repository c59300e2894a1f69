namespace Portico.Gateway.Hosting;

/// <summary>One entry of <c>Gateway:RegisterAddress</c>: an address, or a section with <c>Address</c> and <c>Protocol</c> (grpc or gatewayworker).</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Port.</param>
/// <param name="Protocol">What it speaks. Default gRPC.</param>
/// <param name="IsSecure">It is called over TLS. Default: as <c>Tls</c> is set up.</param>
internal sealed record RegisterOptions(string Host, int Port, RegisterProtocol Protocol, bool IsSecure = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}";
}
