using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Portico.Gateway.Connections;
using Portico.Gateway.Loops;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using Portico.Gateway.Protocols.WebSocket.Deflate;
using Portico.Gateway.Transport;
using Portico.Hosting;
using Portico.Hosting.Proxies;
using Portico.Hosting.Tls;

namespace Portico.Gateway.Hosting;

/// <summary>Binds the client listeners and gives their clients to the loops.</summary>
internal sealed class ClientListeners(
    GatewayOptions options, TransportFactory transports, LoopSet loops, TimeProvider clock, ILoggerFactory loggers) : IDisposable
{
    private readonly List<ClientListener> _bound = [];

    /// <summary>Where clients connect, with the ports that were really bound.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Binds all of them, before the loops run: clients who come at once wait in the inboxes.</summary>
    /// <exception cref="ConfigurationException">Some cannot be had; it names all.</exception>
    public void Bind()
    {
        var faults = new ConfigurationFaults();
        var addresses = new List<string>();
        for (var i = 0; i < options.Listen.Count; i++)
        {
            var entry = options.Listen[i];
            try
            {
                var endPoint = Bind(i, entry);
                addresses.Add(Named(entry, endPoint));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
            {
                faults.Add(
                    string.Create(CultureInfo.InvariantCulture, $"Gateway:Listen:{i}:Certificate"), entry.Certificate, $"cannot be used: {fault.Message}");
            }
            catch (SocketException fault)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"Gateway:Listen:{i}"), entry.Url, ListenFaults.Describe(fault));
            }
        }

        faults.ThrowIfAny();
        Addresses = addresses;
    }

    /// <inheritdoc/>
    public void Dispose() => _bound.ForEach(listener => listener.Dispose());

    private static string Named(ListenOptions entry, IPEndPoint endPoint) => $"{Scheme(entry)}://{endPoint}";

    private static string Scheme(ListenOptions entry) => entry.Url[..entry.Url.IndexOf("://", StringComparison.Ordinal)];

    private IPEndPoint Bind(int index, ListenOptions entry)
    {
        var listen = new ListenerOptions
        {
            Index = index,
            EndPoint = entry.EndPoint,
            Certificate = entry.Certificate is { } file ? Read(file, entry).Current : null,
            Preamble = entry.ClientAddressFrom == ClientAddressSource.Proxy ? new ProxyPreamble(ClientAddress(entry)) : null,
        };
        var listener = transports.Listen(listen, loops.Threads, loops);
        _bound.Add(listener);
        loops.Listeners.Add(new LoopListener(Settings(index, entry, listener.EndPoint.Port), Codecs(entry)));
        loops.Rest(listener);
        return listener.EndPoint;
    }

    private CertificateFile Read(string file, ListenOptions entry) =>
        new(file, entry.CertificateKey, entry.CertificatePassword, clock, loggers.CreateLogger<CertificateFile>());

    private CodecFactory Codecs(ListenOptions entry) => new(entry.Protocol, new WebSocketSettings
    {
        MaxMessageSize = options.Limits.MessageBytes,
        MaxRequestHead = options.Limits.RequestHeadBytes,
        Origins = entry.Origins,
        MaxFramesPerMessage = options.Limits.FramesPerMessage,
        Subprotocols = entry.Subprotocols,
        Deflate = entry.Compression ? Deflate(entry) : null,
    });

    private DeflateSettings Deflate(ListenOptions entry) => new()
    {
        MinMessageSize = options.Limits.CompressFromBytes,
        ServerContextTakeover = entry.ContextTakeover,
        ClientContextTakeover = entry.ContextTakeover,
        ServerWindowBits = entry.WindowBits,
        MaxContexts = options.Limits.CompressionContexts,
    };

    private static ClientAddressRule ClientAddress(ListenOptions entry) => new(entry.ClientAddressFrom, entry.TrustedProxies);

    private ListenerSettings Settings(int index, ListenOptions entry, int port) => new()
    {
        Index = index,
        Scheme = Scheme(entry),
        Url = entry.Url,
        Port = (ushort)port,
        PingInterval = TimeSpan.FromSeconds(entry.PingInterval),
        PingNotResponseLimit = entry.PingNotResponseLimit,
        PingData = entry.PingData is { } data ? Encoding.UTF8.GetBytes(data) : default(ReadOnlyMemory<byte>),
        ClientAddress = ClientAddress(entry),
        Limits = new ClientLimits
        {
            SendToClientBufferSize = options.Limits.OutboxBytes,
            HandshakeTimeout = TimeSpan.FromSeconds(options.Limits.HandshakeSeconds),
            FirstMessageTimeout = TimeSpan.FromSeconds(options.Limits.FirstMessageSeconds),
            SilentTimeout = TimeSpan.FromSeconds(entry.Protocol == ListenerProtocol.WebSocket ? 0 : options.Limits.SilentSeconds),
            PartialTimeout = TimeSpan.FromSeconds(options.Limits.PartialSeconds),
            IdleTimeout = TimeSpan.FromSeconds(options.Limits.IdleSeconds),
            CloseTimeout = TimeSpan.FromSeconds(options.Limits.ClosingSeconds),
            GroupsPerClient = options.Limits.GroupsPerClient,
            NameBytes = options.Limits.NameBytes,
            SessionBytes = options.Limits.SessionBytes,
            MessagesPerSecond = options.Limits.MessagesPerSecond,
            BytesPerSecond = options.Limits.BytesPerSecond,
            TooFastTime = TimeSpan.FromSeconds(options.Limits.TooFastSeconds),
        },
    };
}
