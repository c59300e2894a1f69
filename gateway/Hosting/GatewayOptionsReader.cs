using System.Net;
using Microsoft.Extensions.Configuration;
using Portico.Contracts.Link;
using Portico.Contracts.Rpc;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;
using Portico.Hosting;
using Portico.Hosting.Secrets;
using Portico.Hosting.Tls;

namespace Portico.Gateway.Hosting;

/// <summary>Configuration to <see cref="GatewayOptions"/>; every fault is noted with its key, its value and what would be right.</summary>
internal static class GatewayOptionsReader
{
    private const int MostSeconds = 24 * 60 * 60;
    private const int Mebibyte = 1024 * 1024;

    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; it names all of it.</exception>
    public static GatewayOptions Read(IConfiguration configuration)
    {
        var faults = new ConfigurationFaults();
        var reader = new OptionReader(configuration, faults);
        var tls = TlsOptionsReader.Read(configuration, faults);
        var lanIp = reader.Address("Gateway:LanIp", IPAddress.Loopback, four: true);
        var innerListen = reader.Address("Gateway:InnerListen", lanIp, four: false);
        var options = new GatewayOptions
        {
            Listen = ListenOptionsReader.Read(reader),
            LanIp = lanIp,
            LanPort = reader.Number("Gateway:LanPort", 2900, 0, 65535),
            InnerListen = innerListen,
            Registers = Registers(reader, tls),
            Router = Router(reader),
            PhpPlaces = PhpPlaces(reader),
            Loops = reader.Number("Gateway:Loops", 0, 0, 256),
            Transport = Transport(reader),
            SecretKey = new RpcSecretKey(new SecretReader(configuration, faults).SecretKeys(Reach(lanIp, innerListen))),
            Tls = tls,
            Limits = Limits(reader),
        };
        if (IPAddress.Any.Equals(lanIp))
        {
            faults.Add(
                "Gateway:LanIp", "0.0.0.0", "must be the address by which workers reach this gateway; to listen on every address set Gateway:InnerListen.");
        }

        CheckLanIp(options, faults);
        faults.ThrowIfAny();
        return options;
    }

    // A register that is given by name is asked at the announcement.
    private static void CheckLanIp(GatewayOptions options, ConfigurationFaults faults)
    {
        if (IPAddress.IsLoopback(options.LanIp)
            && options.Registers.FirstOrDefault(one => IPAddress.TryParse(one.Host, out var host)
                && !IPAddress.IsLoopback(host)
                && !host.Equals(IPAddress.Any)) is { } register)
        {
            faults.Add(
                "Gateway:LanIp",
                options.LanIp.ToString(),
                $"is loopback, and register {register} is not: workers would look for this gateway on their own machines. Set the address by which "
                    + "they reach it.");
        }
    }

    private static string? Reach(IPAddress lanIp, IPAddress innerListen) =>
        !IPAddress.IsLoopback(innerListen) ? $"Gateway:InnerListen ({innerListen})" : !IPAddress.IsLoopback(lanIp) ? $"Gateway:LanIp ({lanIp})" : null;

    private static string Transport(OptionReader reader)
    {
        var name = reader.Word("Gateway:Transport", "auto", "auto", "epoll", "sockets");
        if (!TransportFactory.TryParse(name, out var kind) || !TransportFactory.IsSupported(kind))
        {
            reader.Faults.Add("Gateway:Transport", name, "exists on Linux only, on x64 and arm64; use auto or sockets here.");
        }

        return name;
    }

    private static string Router(OptionReader reader)
    {
        var name = reader.Text("Gateway:Router") ?? "least-connections";
        if (!WorkerRouters.IsKnown(name))
        {
            reader.Faults.Add("Gateway:Router", name, $"must be one of {WorkerRouters.Names}.");
        }

        return name;
    }

    private static List<ModulePlace> PhpPlaces(OptionReader reader)
    {
        var places = new List<ModulePlace>();
        foreach (var entry in reader.List("Gateway:PhpPlaces"))
        {
            if (!ModulePlace.TryParse(entry.Value ?? "", out var place))
            {
                reader.Faults.Add(entry.Path, entry.Value, "must be a place like /path (that path on every listener) or 8443/ (every path of that listener).");
            }
            else if (places.Contains(place))
            {
                reader.Faults.Add(entry.Path, entry.Value, "stands there twice.");
            }
            else
            {
                places.Add(place);
            }
        }

        return places;
    }

    private static List<RegisterOptions> Registers(OptionReader reader, TlsOptions tls)
    {
        var sections = reader.List("Gateway:RegisterAddress");
        var registers = new List<RegisterOptions>();
        foreach (var section in sections)
        {
            var key = section.Value is null ? section.Path + ":Address" : section.Path;
            var isGrpc = section.Value is not null || reader.Word(section.Path + ":Protocol", "grpc", "grpc", "gatewayworker") == "grpc";
            if (Register(section.Value ?? section["Address"], isGrpc, tls, out var expected) is { } register)
            {
                registers.Add(register);
            }
            else
            {
                reader.Faults.Add(key, section.Value ?? section["Address"], expected);
            }
        }

        return sections.Count > 0 ? registers : [new RegisterOptions("127.0.0.1", 1238, RegisterProtocol.Grpc, tls.IsConfigured)];
    }

    private static RegisterOptions? Register(string? text, bool isGrpc, TlsOptions tls, out string expected)
    {
        // GatewayWorker's protocol has no TLS.
        (var address, expected) = tls.Read(isGrpc || text is null || text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text);
        return address is null ? null
            : new RegisterOptions(
                address.IdnHost, address.Port, isGrpc ? RegisterProtocol.Grpc : RegisterProtocol.GatewayWorker, address.Scheme == Uri.UriSchemeHttps);
    }

    private static LimitOptions Limits(OptionReader reader)
    {
        var usual = new LimitOptions();
        var messageBytes = reader.Number("Gateway:MaxMessageSize", usual.MessageBytes, 1, LimitOptions.LargestMessageBytes);
        return new LimitOptions
        {
            MessageBytes = messageBytes,
            OutboxBytes = reader.Number("Gateway:SendToClientBufferSize", usual.OutboxBytes, 1024, 1024 * Mebibyte),
            Connections = Limit(nameof(usual.Connections), usual.Connections, 1, 10_000_000),
            ConnectionsPerAddress = Limit(nameof(usual.ConnectionsPerAddress), usual.ConnectionsPerAddress, 0, 10_000_000),
            MessagesPerSecond = Limit(nameof(usual.MessagesPerSecond), usual.MessagesPerSecond, 0, 10_000_000),
            BytesPerSecond = Limit(nameof(usual.BytesPerSecond), usual.BytesPerSecond, 0, 1024 * Mebibyte),
            TooFastSeconds = Limit(nameof(usual.TooFastSeconds), usual.TooFastSeconds, 0, MostSeconds),
            RequestHeadBytes = Limit(nameof(usual.RequestHeadBytes), usual.RequestHeadBytes, 512, Mebibyte),
            HandshakeSeconds = Limit(nameof(usual.HandshakeSeconds), usual.HandshakeSeconds, 1, MostSeconds),
            FirstMessageSeconds = Limit(nameof(usual.FirstMessageSeconds), usual.FirstMessageSeconds, 0, MostSeconds),
            SilentSeconds = Limit(nameof(usual.SilentSeconds), usual.SilentSeconds, 0, MostSeconds),
            PartialSeconds = Limit(nameof(usual.PartialSeconds), usual.PartialSeconds, 0, MostSeconds),
            PartialBytes = Limit(nameof(usual.PartialBytes), usual.PartialBytes, Mebibyte, 1024 * Mebibyte),
            IdleSeconds = Limit(nameof(usual.IdleSeconds), usual.IdleSeconds, 0, MostSeconds),
            ClosingSeconds = Limit(nameof(usual.ClosingSeconds), usual.ClosingSeconds, 1, MostSeconds),
            StopSeconds = Limit(nameof(usual.StopSeconds), usual.StopSeconds, 0, 7),
            FramesPerMessage = Limit(nameof(usual.FramesPerMessage), usual.FramesPerMessage, 1, int.MaxValue),
            CompressFromBytes = Limit(nameof(usual.CompressFromBytes), usual.CompressFromBytes, 1, int.MaxValue),
            CompressionContexts = Limit(nameof(usual.CompressionContexts), usual.CompressionContexts, 0, 1_000_000),
            GroupsPerClient = Limit(nameof(usual.GroupsPerClient), usual.GroupsPerClient, 1, 1_000_000),
            NameBytes = Limit(nameof(usual.NameBytes), usual.NameBytes, 1, 65535),
            SessionBytes = Math.Min(Limit(nameof(usual.SessionBytes), usual.SessionBytes, 0, 2 * Mebibyte), SessionRoom(messageBytes)),
            LinkBytes = Limit(nameof(usual.LinkBytes), usual.LinkBytes, 64 * 1024, 1024 * Mebibyte),
            ClientLinkBytes = Limit(nameof(usual.ClientLinkBytes), usual.ClientLinkBytes, 1024, 1024 * Mebibyte),
            LinkMessageBytes = Limit(nameof(usual.LinkMessageBytes), usual.LinkMessageBytes, 16 * 1024, 3 * Mebibyte),
            ReceivedMessageBytes = Limit(nameof(usual.ReceivedMessageBytes), usual.ReceivedMessageBytes, 64 * 1024, 64 * Mebibyte),
            CommandBytes = Limit(nameof(usual.CommandBytes), usual.CommandBytes, 64 * 1024, 1024 * Mebibyte),
            PartBytes = Limit(nameof(usual.PartBytes), usual.PartBytes, 64 * 1024, 1024 * Mebibyte),
            ResultBytes = Limit(nameof(usual.ResultBytes), usual.ResultBytes, 64 * 1024, 1024 * Mebibyte),
            ParkedBytes = Limit(nameof(usual.ParkedBytes), usual.ParkedBytes, 0, 1024 * Mebibyte),
            ParkedSeconds = Limit(nameof(usual.ParkedSeconds), usual.ParkedSeconds, 0, MostSeconds),
            UnknownPathBytes = Limit(nameof(usual.UnknownPathBytes), usual.UnknownPathBytes, 0, 1024 * Mebibyte),
            UnknownPathEvents = Limit(nameof(usual.UnknownPathEvents), usual.UnknownPathEvents, 0, 10_000_000),
            WorkerSeconds = Limit(nameof(usual.WorkerSeconds), usual.WorkerSeconds, 0, MostSeconds),
            Deliveries = Limit(nameof(usual.Deliveries), usual.Deliveries, 1, 1000),
            AcceptsWithoutWorker = Limit(nameof(usual.AcceptsWithoutWorker), usual.AcceptsWithoutWorker, 1, 1_000_000),
            InnerConnections = Limit(nameof(usual.InnerConnections), usual.InnerConnections, 1, 1_000_000),
            InnerFirstPacketSeconds = Limit(nameof(usual.InnerFirstPacketSeconds), usual.InnerFirstPacketSeconds, 1, MostSeconds),
            InnerFirstPacketBytes = Limit(nameof(usual.InnerFirstPacketBytes), usual.InnerFirstPacketBytes, 1024, Mebibyte),
            InnerQuerySeconds = Limit(nameof(usual.InnerQuerySeconds), usual.InnerQuerySeconds, 1, MostSeconds),
            InnerQueries = Limit(nameof(usual.InnerQueries), usual.InnerQueries, 1, 1_000_000),
            InnerPingSeconds = Limit(nameof(usual.InnerPingSeconds), usual.InnerPingSeconds, 1, MostSeconds),
        };

        // Beyond it not every message reaches a PHP worker anyway: each is looked at.
        static int SessionRoom(int messageBytes) =>
            messageBytes <= LimitOptions.LargestPhpMessageBytes ? LimitOptions.LargestPhpEventBytes - messageBytes : int.MaxValue;

        int Limit(string name, int fallback, int least, int most) => reader.Number("Gateway:Limits:" + name, fallback, least, most);
    }
}
