using Portico.Gateway.Transport;

namespace Portico.Gateway.Tests.Transport;

public sealed class EpollTransportTests : TransportSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, TransportOptions? options) =>
        new(TransportKind.Epoll, loops, clock, options);
}

public sealed class EpollTransportEndTests : TransportEndSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, TransportOptions? options) =>
        new(TransportKind.Epoll, loops, clock, options);
}

public sealed class EpollTransportCrowdTests : CrowdSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, int port) => new(TransportKind.Epoll, loops, clock, port: port);
}

public sealed class EpollTransportRandomTests : RandomSpecification
{
    private protected override TransportHarness Create(int loops) => new(TransportKind.Epoll, loops);
}
