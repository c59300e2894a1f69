using Portico.Gateway.Transport;

namespace Portico.Gateway.Tests.Transport;

public sealed class SocketTransportTests : TransportSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, TransportOptions? options) =>
        new(TransportKind.Sockets, loops, clock, options);
}
