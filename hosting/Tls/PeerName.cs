using System.Security.Cryptography.X509Certificates;

namespace Portico.Hosting.Tls;

/// <summary>Whether a certificate stands for the name or address that was meant.</summary>
internal static class PeerName
{
    /// <summary>What is wrong; null when nothing is, or no name is asked for.</summary>
    public static string? FaultOf(X509Certificate2 shown, string? name)
    {
        if (name is null || shown.MatchesHostname(name, allowWildcards: true, allowCommonName: false))
        {
            return null;
        }

        var names = shown.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .ToList();
        return $"the certificate {shown.Subject} is not for {name} but for "
            + $"{(names.Count > 0 ? string.Join(", ", names) : "no name at all (it needs a subjectAltName)")}; Tls:ServerName may name what is meant";
    }
}
