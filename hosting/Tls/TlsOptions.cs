using System.Globalization;
using System.Net;

namespace Portico.Hosting.Tls;

/// <summary>The section <c>Tls</c>, which all roles share: TLS between the roles. Client listeners have certificates of their own.</summary>
public sealed record TlsOptions
{
    /// <summary>
    /// <c>Tls:Certificate</c>: PEM or PFX file that this role shows on its inner port, and to whoever it calls and asks for one. Default none: no TLS
    /// there.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary><c>Tls:CertificateKey</c>: PEM file of the key when it is not in <see cref="Certificate"/>.</summary>
    public string? CertificateKey { get; init; }

    /// <summary><c>Tls:CertificatePasswordFile</c>: file whose first line is the key's password. A file, so that it stands in no list of processes.</summary>
    public string? CertificatePasswordFile { get; init; }

    /// <summary>
    /// <c>Tls:TrustedCertificates</c>: PEM file of authorities, or of the very certificates that peers show. Default none: the machine's
    /// authorities, which suits certificates that anybody's browser would believe.
    /// </summary>
    public string? TrustedCertificates { get; init; }

    /// <summary>
    /// <c>Tls:ServerName</c>: the name that must stand in the certificate of everybody this role calls. Default none: the address that is
    /// dialled, which for a gateway is its <c>LanIp</c>.
    /// </summary>
    public string? ServerName { get; init; }

    /// <summary>
    /// <c>Tls:ClientCertificates</c>, none (default, since callers show the SecretKey) or require: callers must show a certificate that is trusted.
    /// </summary>
    public bool RequiresClientCertificates { get; init; }

    /// <summary>
    /// <c>Tls:AllowPlain</c>: besides TLS, plaintext is served and dialled. Default false: once TLS is set up, nothing may fall back
    /// unseen. True while a cluster is moved over, and where PHP, which has no TLS here, shares the port.
    /// </summary>
    public bool AllowPlain { get; init; }

    /// <summary>This role serves TLS.</summary>
    public bool Serves => Certificate is not null;

    /// <summary>Something is set up: addresses without a scheme are called over TLS.</summary>
    public bool IsConfigured => Certificate is not null || TrustedCertificates is not null;

    /// <summary>Whether plaintext may be dialled.</summary>
    public bool MayCallPlain => AllowPlain || !IsConfigured;

    /// <summary>An address as <see cref="Read"/> gives it, without a scheme when it is called in plaintext.</summary>
    public static string Text(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Scheme == Uri.UriSchemeHttps ? address.GetLeftPart(UriPartial.Authority) : address.Authority;
    }

    /// <summary>
    /// What an address of configuration means: <c>host:port</c> as TLS is set up, <c>https://host:port</c> and <c>http://host:port</c> as they say.
    /// </summary>
    /// <param name="text">As it stands in the configuration.</param>
    /// <returns>The address with its scheme; null, with what would be right, when it is none or is not allowed.</returns>
    public (Uri? Address, string Expected) Read(string? text)
    {
        var scheme = text?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        var full = scheme >= 0 ? text! : (IsConfigured ? "https://" : "http://") + text;
        var authority = full[(full.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/');
        var colon = authority.LastIndexOf(':');
        if (colon < 1
            || !ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0
            || !Uri.TryCreate(full, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
            || address.PathAndQuery != "/")
        {
            return (null, "must be an address and a port like 127.0.0.1:1238, or with https:// before it.");
        }

        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
        {
            return (null, "is an address to listen on; name the one by which it is reached, like 127.0.0.1 on the same machine.");
        }

        return address.Scheme == "http" && !MayCallPlain
            ? (null, "is without TLS, which Tls:AllowPlain (false) forbids.")
            : (address, "");
    }
}
