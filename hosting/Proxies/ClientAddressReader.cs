using System.Net;
using Microsoft.Extensions.Configuration;

namespace Portico.Hosting.Proxies;

/// <summary>Reads <c>TrustedProxies</c> and <c>ClientAddressFrom</c> of a section.</summary>
public static class ClientAddressReader
{
    private const string Words = "proxy (PROXY protocol), x-forwarded-for, x-real-ip, or peer to ignore what they say";
    private const string HeaderWords = "x-forwarded-for, x-real-ip, or peer to ignore what they say";

    /// <summary>Reads the rule; faults are noted.</summary>
    /// <param name="section">The section that holds both keys.</param>
    /// <param name="readsProxyProtocol">The listener understands PROXY protocol headers.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public static ClientAddressRule Read(IConfigurationSection section, bool readsProxyProtocol, ConfigurationFaults faults)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(faults);
        var proxies = Networks(section, faults);
        var words = readsProxyProtocol ? Words : HeaderWords;
        var key = section.Path + ":ClientAddressFrom";
        var text = section["ClientAddressFrom"] is { Length: > 0 } value ? value : null;
        if (text is null)
        {
            if (proxies.Count > 0)
            {
                // Clients can send whichever header the proxy does not set, so a guess would let them choose their address.
                faults.Add(key, null, $"TrustedProxies is set, so say where those proxies put the client's address: {words}. It is not guessed.");
            }

            return new ClientAddressRule(ClientAddressSource.Peer, proxies);
        }

        ClientAddressSource? source = text.ToLowerInvariant() switch
        {
            "peer" => ClientAddressSource.Peer,
            "proxy" when readsProxyProtocol => ClientAddressSource.Proxy,
            "x-forwarded-for" => ClientAddressSource.XForwardedFor,
            "x-real-ip" => ClientAddressSource.XRealIp,
            _ => null,
        };
        if (source is null)
        {
            faults.Add(key, text, $"must be {words}.");
        }
        else if (source != ClientAddressSource.Peer && proxies.Count == 0)
        {
            faults.Add(
                section.Path + ":TrustedProxies", null, $"ClientAddressFrom is '{text}', so list the addresses or networks of the proxies that may say so.");
        }

        return new ClientAddressRule(source ?? ClientAddressSource.Peer, proxies);
    }

    private static List<IPNetwork> Networks(IConfigurationSection section, ConfigurationFaults faults)
    {
        var networks = new List<IPNetwork>();
        foreach (var entry in section.Entries("TrustedProxies"))
        {
            var text = entry.Value ?? "";
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text))
            {
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                faults.Add(entry.Path, entry.Value, "must be an address or a network like 10.0.0.0/8.");
            }
        }

        return networks;
    }
}
