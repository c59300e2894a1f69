using Portico.Gateway.Transport;

namespace Portico.Gateway.Tests.Transport;

public sealed class SocketTransportTests : TransportSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, TransportOptions? options) =>
        new(TransportKind.Sockets, loops, clock, options);
}

public sealed class SocketTransportEndTests : TransportEndSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, TransportOptions? options) =>
        new(TransportKind.Sockets, loops, clock, options);
}

public sealed class SocketTransportCrowdTests : CrowdSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, int port) => new(TransportKind.Sockets, loops, clock, port: port);
}

public sealed class SocketTransportRandomTests : RandomSpecification
{
    private protected override TransportHarness Create(int loops) => new(TransportKind.Sockets, loops);
}
