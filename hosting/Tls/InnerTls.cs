using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Portico.Hosting.Tls;

/// <summary>TLS between the roles as a running role uses it: what it shows, whom it believes. Thread-safe.</summary>
public sealed partial class InnerTls
{
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);
    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2];

    private readonly RepeatedWarnings _warnings;
    private readonly ILogger _logger;
    private readonly CertificateFile? _own;
    private readonly TrustedCertificates? _trusted;

    /// <summary>Reads the files again; the options were tried when they were read.</summary>
    public InnerTls(TlsOptions options, TimeProvider clock, RepeatedWarnings warnings, ILogger<InnerTls> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _warnings = warnings;
        _logger = logger;
        _own = options.Certificate is { } file
            ? new CertificateFile(file, options.CertificateKey, TlsOptionsReader.Password(options.CertificatePasswordFile), clock, logger)
            : null;
        _trusted = options.TrustedCertificates is { } trusted ? new TrustedCertificates(trusted, clock, logger) : null;
        Handshake = _own is null
            ? null
            : new TlsHandshakeCallbackOptions { OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(Server()), HandshakeTimeout = HandshakeTime };
        Client = options.IsConfigured ? Caller() : null;
    }

    /// <summary>As configured.</summary>
    public TlsOptions Options { get; }

    /// <summary>How the inner port shakes hands; null when it serves no TLS.</summary>
    public TlsHandshakeCallbackOptions? Handshake { get; }

    /// <summary>How this role calls others; null for the machine's authorities and no certificate.</summary>
    public SslClientAuthenticationOptions? Client { get; }

    /// <summary>Says once, at the start, what the inner port does.</summary>
    public void Announce()
    {
        if (_own?.Current().TargetCertificate is { } certificate)
        {
            LogServing(certificate.Subject, certificate.NotAfter, Options.AllowPlain ? "plaintext is served too" : "plaintext is refused");
        }
    }

    /// <summary>Notes a peer that came without TLS and was closed.</summary>
    public void Refused(EndPoint? peer) => _warnings.Add(peer, "came without TLS and was closed; Tls:AllowPlain would let it in");

    private SslServerAuthenticationOptions Server() => new()
    {
        ServerCertificateContext = _own!.Current(),
        ApplicationProtocols = Protocols,
        AllowRenegotiation = false,
        ClientCertificateRequired = Options.RequiresClientCertificates,
        RemoteCertificateValidationCallback = Options.RequiresClientCertificates ? IsCallerTrusted : null,
    };

    private SslClientAuthenticationOptions Caller() => new()
    {
        ApplicationProtocols = Protocols,
        RemoteCertificateValidationCallback = IsServerTrusted,

        // Asked for with each connection, so that a renewed certificate is used from then on.
        LocalCertificateSelectionCallback = _own is null ? null : (_, _, _, _, _) => _own.Current().TargetCertificate,
    };

    private bool IsServerTrusted(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        // Whoever called sees the sentence; false would only tell him that a callback said no.
        return ServerFault((SslStream)sender, shown as X509Certificate2, chain, errors) is { } fault
            ? throw new AuthenticationException(fault)
            : true;
    }

    private string? ServerFault(SslStream stream, X509Certificate2? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is null)
        {
            return "the server shows no certificate";
        }

        var name = Options.ServerName ?? stream.TargetHostName;
        if (_trusted is not null)
        {
            return _trusted.FaultOf(shown, chain, name);
        }

        return (errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0
            ? $"the certificate {shown.Subject}, issued by {shown.Issuer}, is not trusted by this machine; Tls:TrustedCertificates may name its authority"
            : PeerName.FaultOf(shown, name);
    }

    private bool IsCallerTrusted(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        var fault = shown is X509Certificate2 certificate ? _trusted!.FaultOf(certificate, chain, name: null) : "no certificate was shown";
        if (fault is not null)
        {
            _warnings.Add("A caller was refused for its certificate", fault);
        }

        return fault is null;
    }

    [LoggerMessage(15, LogLevel.Information, "The inner port speaks TLS as {Subject}, valid until {NotAfter:u}; {Plain}")]
    private partial void LogServing(string subject, DateTime notAfter, string plain);
}
