using System.Globalization;
using Microsoft.Extensions.Configuration;
using Portico.Client;
using Portico.Hosting;

namespace Portico.WebApi.Hosting;

/// <summary>Reads single values; what is wrong goes to the list of faults and the default is used meanwhile.</summary>
internal sealed class OptionReader(IConfiguration configuration, ConfigurationFaults faults)
{
    public ConfigurationFaults Faults { get; } = faults;

    /// <summary>The text of a key, null when it is not set or empty.</summary>
    public string? Text(string key) => configuration[key] is { Length: > 0 } text ? text : null;

    /// <summary>A list, or one value in place of it; empty when it is not set.</summary>
    public IReadOnlyList<string> List(string key)
    {
        var section = configuration.GetSection(key);
        if (section.Value is { Length: > 0 } single)
        {
            return [single];
        }

        return [.. section.GetChildren().Select(child => child.Value ?? child["Address"]).OfType<string>().Where(text => text.Length > 0)];
    }

    /// <summary>Addresses of registers; a section with Protocol gatewayworker becomes one with that scheme in front.</summary>
    public IReadOnlyList<string> Registers(string key)
    {
        foreach (var entry in configuration.GetSection(key).GetChildren())
        {
            if (entry["Protocol"] is { } protocol && protocol is not ("grpc" or "gatewayworker"))
            {
                Faults.Add(entry.Path + ":Protocol", protocol, "must be grpc or gatewayworker.");
            }
        }

        return configuration.GetSection(key).GetChildren().Any(entry => entry.Value is null)
            ? [.. configuration.GetSection(key).GetChildren().Select(entry => entry.Value
                ?? (entry["Protocol"] == "gatewayworker" ? RegisterWatcherOptions.GatewayWorkerScheme : "") + entry["Address"])]
            : List(key);
    }

    public long Number(string key, long fallback, long least, long most)
    {
        var text = Text(key);
        if (text is null)
        {
            return fallback;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Faults.Add(key, text, $"must be a number from {least} to {most}.");
        return fallback;
    }

    /// <summary>The section <c>Service</c>.</summary>
    public ServiceOptions Service()
    {
        var usual = new ServiceOptions();
        var canned = new List<CannedAnswer>();
        foreach (var entry in configuration.GetSection("Service:Canned").GetChildren())
        {
            if (entry["Text"] is { Length: > 0 } text)
            {
                canned.Add(new CannedAnswer(entry["Title"] is { Length: > 0 } title ? title : text, text));
            }
            else
            {
                Faults.Add(entry.Path + ":Text", entry["Text"], "must be the text of a canned answer.");
            }
        }

        return new ServiceOptions
        {
            QueueCapacity = (int)Number("Service:QueueCapacity", usual.QueueCapacity, 1, 100_000),
            AgentCapacity = (int)Number("Service:AgentCapacity", usual.AgentCapacity, 1, 1000),
            LeaseSeconds = (int)Number("Service:LeaseSeconds", usual.LeaseSeconds, 1, 86_400),
            AbsentMinutes = (int)Number("Service:AbsentMinutes", usual.AbsentMinutes, 1, 1440),
            Canned = canned,
        };
    }

    public bool Flag(string key)
    {
        var text = Text(key);
        if (text is null || bool.TryParse(text, out var flag) && !flag)
        {
            return false;
        }

        if (!bool.TryParse(text, out _))
        {
            Faults.Add(key, text, "must be true or false.");
        }

        return true;
    }
}
