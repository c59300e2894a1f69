using System.Buffers;
using System.Text;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests;

/// <summary>A PHP worker's long connection, which does only what the test tells it.</summary>
internal sealed class ScriptedPhpWorker : IDisposable
{
    private readonly RawClient _socket;

    private ScriptedPhpWorker(RawClient socket) => _socket = socket;

    public static async Task<ScriptedPhpWorker> ConnectAsync(RunningGateway gateway, string key = "php:1")
    {
        var worker = new ScriptedPhpWorker(await RawClient.ConnectAsync(gateway.InnerPort));
        await worker.SendAsync(PacketCommand.WorkerConnect, 0, Encoding.UTF8.GetBytes($$"""{"worker_key":"{{key}}","secret_key":""}"""));
        return worker;
    }

    /// <summary>Waits until the gateway gives clients to PHP workers.</summary>
    public static async Task AttachedAsync(RunningGateway gateway)
    {
        using var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { ConnectTimeout = Guard.Limit });
        await Guard.UntilAsync(
            async () => (await channel.UnaryAsync<PlacesRequest, PlacesReply>("/portico.gateway.v1.Administration/Places", new PlacesRequest()).Guarded()).Rows.Any(row => row.Module == "php"),
            "the PHP worker is attached");
    }

    public async Task SendAsync(PacketCommand command, uint connection, byte[] body)
    {
        var packet = new ArrayBufferWriter<byte>();
        PacketCodec.Write(packet, new PacketHeader { Command = command, ConnectionId = connection, Flags = command == PacketCommand.WorkerConnect ? PacketFlags.None : PacketFlags.Scalar }, default, body);
        await _socket.SendAsync(packet.WrittenSpan.ToArray());
    }

    /// <summary>The next event; pings are passed over.</summary>
    public async Task<(PacketCommand Command, uint Connection, string Body)> NextAsync()
    {
        while (true)
        {
            var prefix = await _socket.ReceiveAsync(sizeof(uint));
            _ = PacketCodec.TryReadLength(prefix, out var length);
            byte[] whole = [.. prefix, .. await _socket.ReceiveAsync(length - sizeof(uint))];
            Assert.Equal(PacketStatus.Complete, PacketCodec.TryRead(whole, out var packet));
            if (packet.Command != PacketCommand.Ping)
            {
                return (packet.Command, packet.Header.ConnectionId, Encoding.UTF8.GetString(packet.Body));
            }
        }
    }

    /// <summary>The next event, which has to be of that kind.</summary>
    public async Task<(uint Connection, string Body)> NextAsync(PacketCommand command)
    {
        var (next, connection, body) = await NextAsync();
        Assert.Equal(command, next);
        return (connection, body);
    }

    public void Dispose() => _socket.Dispose();
}
