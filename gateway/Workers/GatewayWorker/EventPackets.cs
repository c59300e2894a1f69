using System.Buffers.Binary;
using System.Net;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>Events as PHP workers read them (GatewayWorker protocol 2.4): each with the client's addresses and its session.</summary>
internal static class EventPackets
{
    /// <summary>The packet that tells a worker that the link lives.</summary>
    public static readonly byte[] Ping = MakePing();

    /// <summary>Writes one event; where the body begins and how long it is.</summary>
    public static (int Start, int Length) Write(LinkBuffer destination, in WorkerEvent posted, GatewayAddress gateway)
    {
        var client = posted.Client.Client;
        var remote = Plain(client.RemoteEndPoint.Address);
        var handshake = posted.Kind == EventKind.WebsocketConnect;
        var header = new PacketHeader
        {
            Command = CommandOf(posted.Kind),
            LocalIp = gateway.Ip,
            LocalPort = gateway.Port,
            ClientIp = IPv4Of(remote),
            ClientPort = (ushort)client.RemoteEndPoint.Port,
            ConnectionId = client.Id,
            Flags = handshake ? PacketFlags.None : PacketFlags.Scalar,
            GatewayPort = client.Listener.Port,
        };
        var body = handshake ? Handshake(client, remote) : posted.Body;
        PacketCodec.Write(destination, header, client.Session.Span, body);
        return (destination.Length - body.Length, body.Length);
    }

    private static PacketCommand CommandOf(EventKind kind) => kind switch
    {
        EventKind.Connect => PacketCommand.OnConnect,
        EventKind.WebsocketConnect => PacketCommand.OnWebSocketConnect,
        EventKind.Message => PacketCommand.OnMessage,
        _ => PacketCommand.OnClose,
    };

    private static byte[] Handshake(ClientConnection client, IPAddress remote) => PhpSerialize.Serialize(
        HandshakeBody.Build(client.RequestHead, remote.ToString(), client.RemoteEndPoint.Port, client.Listener.Port));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static uint IPv4Of(IPAddress address)
    {
        // The header has no room for anything longer; HandshakeBody shows the whole address.
        Span<byte> octets = stackalloc byte[16];
        return address.TryWriteBytes(octets, out var length) && length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(octets) : 0;
    }

    private static byte[] MakePing()
    {
        using var buffer = new LinkBuffer(64);
        PacketCodec.Write(buffer, new PacketHeader { Command = PacketCommand.Ping, Flags = PacketFlags.Scalar }, default, default);
        return buffer.WrittenSpan.ToArray();
    }
}
