using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Portico.Hosting;

namespace Portico.Gateway.Hosting;

/// <summary>Reads single values and notes what is wrong with them, so that one start shows all faults.</summary>
internal sealed class OptionReader(IConfiguration configuration, ConfigurationFaults faults)
{
    /// <summary>Where faults are noted.</summary>
    public ConfigurationFaults Faults => faults;

    /// <summary>The sections of a list; a single value counts as a list of one.</summary>
    public IReadOnlyList<IConfigurationSection> List(string key) => configuration.Entries(key);

    /// <summary>A text; null when missing or empty.</summary>
    public string? Text(string key) => configuration[key] is { Length: > 0 } text ? text : null;

    /// <summary>A whole number.</summary>
    public int Number(string key, int fallback, int least, int most)
    {
        var text = Text(key);
        if (text is null)
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        faults.Add(key, text, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}."));
        return fallback;
    }

    /// <summary>true or false.</summary>
    public bool Flag(string key, bool fallback)
    {
        var text = Text(key);
        if (text is null || bool.TryParse(text, out var value))
        {
            return text is null ? fallback : bool.Parse(text);
        }

        faults.Add(key, text, "must be true or false.");
        return fallback;
    }

    /// <summary>One of several words.</summary>
    public string Word(string key, string fallback, params ReadOnlySpan<string> allowed)
    {
        var text = Text(key) ?? fallback;
        if (allowed.Contains(text))
        {
            return text;
        }

        faults.Add(key, text, $"must be one of {string.Join(", ", allowed!)}.");
        return fallback;
    }

    /// <summary>An IP address; <paramref name="four"/> when only IPv4 will do.</summary>
    public IPAddress Address(string key, IPAddress fallback, bool four)
    {
        var text = Text(key);
        if (text is null)
        {
            return fallback;
        }

        if (TryAddress(text, out var address) && (!four || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork))
        {
            return address;
        }

        faults.Add(key, text, four ? "must be an IPv4 address like 10.0.0.5." : "must be an IP address like 10.0.0.5 or ::1.");
        return fallback;
    }

    /// <summary>Reads an IP address in the usual notation; "localhost" and "*" too. Nothing that is only by chance one, like "1".</summary>
    public static bool TryAddress(string text, out IPAddress address)
    {
        address = text switch { "localhost" => IPAddress.Loopback, "*" => IPAddress.Any, _ => IPAddress.None };
        if (address != IPAddress.None)
        {
            return true;
        }

        return IPAddress.TryParse(text, out address!) && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text);
    }
}
