using Microsoft.Extensions.Configuration;
using Portico.BusinessWorker.Events;
using Portico.BusinessWorker.Events.Service;
using Portico.Client;
using Portico.Contracts.Link;
using Portico.Hosting;
using Portico.Hosting.Secrets;
using Portico.Hosting.Tls;

namespace Portico.BusinessWorker.Hosting;

/// <summary>Reads the worker's configuration and notes everything that is wrong with it.</summary>
internal sealed class BusinessWorkerOptionsReader(IConfiguration configuration, EventsModules modules, ConfigurationFaults faults)
{
    public BusinessWorkerOptions Read()
    {
        var secrets = new SecretReader(configuration, faults);
        _ = secrets.CodeKeys();
        var tokenSecrets = secrets.TokenSecrets();
        var tls = TlsOptionsReader.Read(configuration, faults);
        var events = ReadEvents();
        _ = ServiceOptions.Read(configuration, faults, isServed: events.Exists(entry => entry.Name.Equals("service", StringComparison.OrdinalIgnoreCase)));
        return new BusinessWorkerOptions
        {
            Name = ReadName(),
            RegisterAddresses = ReadRegisters(tls),
            Events = events,
            MessageLog = ReadMessageLog(tls),
            SecretKey = secrets.SecretKeys(reach: null) is [var key, ..] ? key : "",
            TokenSecretFingerprints = [.. tokenSecrets.Select(secret => SecretFingerprint.Of("TokenSecret", secret))],
            Tls = tls,
            TimeZone = ReadTimeZone(),
        };
    }

    private string ReadName()
    {
        var name = configuration["BusinessWorker:Name"];
        if (name is { Length: > 64 })
        {
            faults.Add("BusinessWorker:Name", name, "must have at most 64 characters.");
        }

        return string.IsNullOrWhiteSpace(name) ? "BusinessWorker" : name;
    }

    private List<string> ReadRegisters(TlsOptions tls)
    {
        var addresses = new List<string>();
        foreach (var entry in configuration.Entries("BusinessWorker:RegisterAddress"))
        {
            // An entry may be a section, as the gateway's.
            var protocol = entry["Protocol"] ?? "grpc";
            if (protocol is not ("grpc" or "gatewayworker"))
            {
                faults.Add(entry.Path + ":Protocol", protocol, "must be grpc or gatewayworker.");
                continue;
            }

            // GatewayWorker's protocol has no TLS.
            var isGrpc = protocol == "grpc";
            var text = entry.Value ?? entry["Address"];
            var (address, expected) = tls.Read(isGrpc || text is null || text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text);
            if (address is null)
            {
                faults.Add(entry.Path, text, expected);
            }
            else
            {
                addresses.Add(isGrpc ? TlsOptions.Text(address) : RegisterWatcherOptions.GatewayWorkerScheme + address.Authority);
            }
        }

        return addresses.Count > 0 ? addresses : [tls.IsConfigured ? "https://127.0.0.1:1238" : "127.0.0.1:1238"];
    }

    private List<ModuleEntry> ReadEvents()
    {
        var entries = new List<ModuleEntry>();
        var texts = configuration.Entries("BusinessWorker:Events").Select(entry => (entry.Path, Text: entry.Value ?? "")).ToList();
        foreach (var (path, text) in texts.Count > 0 ? texts : [("BusinessWorker:Events", "shop")])
        {
            if (TryReadEntry(path, text, out var entry) && entries.Exists(other => other.Place == entry.Place))
            {
                faults.Add(path, text, $"must have a place of its own; {entry.Place} has a module already.");
            }
            else if (entry.Name is not null)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    private bool TryReadEntry(string path, string text, out ModuleEntry entry)
    {
        entry = default;
        var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
        if (!modules.TryGet(parts[0], out var defaultPlace, out _))
        {
            faults.Add(
                path, text, $"must be a module like name or name=place; the modules are {string.Join(", ", modules.Names.Order(StringComparer.Ordinal))}.");
            return false;
        }

        if (!ModulePlace.TryParse(parts.Length > 1 ? parts[1] : defaultPlace, out var place))
        {
            faults.Add(path, text, "must have a place like /path (that path on every listener) or 8443/ (every path of that listener)");
            return false;
        }

        entry = new ModuleEntry(parts[0], place);
        return true;
    }

    private List<Uri> ReadMessageLog(TlsOptions tls)
    {
        var addresses = new List<Uri>();
        foreach (var entry in configuration.Entries("BusinessWorker:MessageLog").Where(entry => !string.IsNullOrEmpty(entry.Value)))
        {
            var (address, expected) = tls.Read(entry.Value);
            if (address is null)
            {
                faults.Add(entry.Path, entry.Value, expected.Replace("1238", "8081", StringComparison.Ordinal));
            }
            else
            {
                addresses.Add(address);
            }
        }

        return addresses.Count > 0 ? addresses : [new Uri("http://127.0.0.1:8081")];
    }

    private TimeZoneInfo ReadTimeZone()
    {
        var name = configuration["TimeZone"];
        if (string.IsNullOrEmpty(name))
        {
            return TimeZoneInfo.Local;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone;
        }

        faults.Add("TimeZone", name, "must be a time zone of this machine like Asia/Shanghai or UTC.");
        return TimeZoneInfo.Local;
    }
}
