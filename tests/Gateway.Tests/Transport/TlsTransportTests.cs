using System.Net;
using Portico.Gateway.Transport;
using Portico.Hosting.Tls;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

internal static class SecuredHarness
{
    private static readonly string File = CreateFile();

    public static TransportHarness Create(TransportKind kind, int loops, TimeProvider? clock, TransportOptions? options, int port = 0) =>
        new(
            kind,
            loops,
            clock,

            // By the system's clock no handshake takes too long.
            (options ?? new TransportOptions()) with { TlsHandshakeTime = clock is null ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(10) },
            new ListenerOptions
            {
                Index = 3,
                EndPoint = new IPEndPoint(IPAddress.Loopback, port),
                Certificate = new CertificateFile(File, null, null, TimeProvider.System, new RecordingLoggers()).Current,
            },
            secured: true);

    private static string CreateFile()
    {
        var path = Path.GetTempFileName();
        using var certificate = TestAuthority.SelfSigned();
        TestAuthority.WritePem(certificate, path);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.File.Delete(path);
        return path;
    }
}

/// <summary>TLS in a loop of portable sockets.</summary>
public sealed class TlsTransportTests : TransportSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, TransportOptions? options) =>
        SecuredHarness.Create(TransportKind.Sockets, loops, clock, options);
}

/// <summary>TLS in a loop that otherwise runs on epoll.</summary>
public sealed class TlsBesideEpollTests : TransportSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, TransportOptions? options) =>
        SecuredHarness.Create(TransportKind.Auto, loops, clock, options);
}

/// <summary>TLS in a loop of portable sockets: how its sockets end.</summary>
public sealed class TlsTransportEndTests : TransportEndSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, TransportOptions? options) =>
        SecuredHarness.Create(TransportKind.Sockets, loops, clock, options);
}

/// <summary>TLS in a loop that otherwise runs on epoll: how its sockets end.</summary>
public sealed class TlsBesideEpollEndTests : TransportEndSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, TransportOptions? options) =>
        SecuredHarness.Create(TransportKind.Auto, loops, clock, options);
}

public sealed class TlsTransportCrowdTests : CrowdSpecification
{
    private protected override TransportHarness Create(int loops, TimeProvider? clock, int port) => SecuredHarness.Create(TransportKind.Auto, loops, clock, null, port);
}

public sealed class TlsTransportRandomTests : RandomSpecification
{
    private protected override TransportHarness Create(int loops) => SecuredHarness.Create(TransportKind.Auto, loops, null, null);
}
