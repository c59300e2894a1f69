using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Portico.Contracts.GatewayWorker;
using Portico.Support;

namespace Portico.Cluster.Tests.GatewayWorker;

/// <summary>What GatewayWorker does badly to a worker's link and to client_ids (protocol section 9, numbers 9 and 13), against a gateway of ours.</summary>
public sealed class WorkerLinkTests
{
    [Fact]
    public async Task Gateway_HugeMessageAndRestart_KeepsTheLinkAndGivesOtherNumbers()
    {
        using var folder = new TemporaryFolder();
        int[] ports = [FreePort.Take(), FreePort.Take(), FreePort.Take()];
        var gateway = await StartAsync(folder, ports);
        uint before;
        using (var worker = await WorkAsync(ports[1]))
        {
            await using (var huge = await TestClient.ConnectAsync($"ws://127.0.0.1:{ports[0]}/"))
            {
                before = (await NextAsync(worker, PacketCommand.OnConnect)).Connection;
                try
                {
                    await huge.Socket.SendAsync(new byte[PacketCodec.MaxLength - 1], WebSocketMessageType.Binary, true, CancellationToken.None).Guarded();
                }
                catch (Exception refused) when (refused is WebSocketException or IOException)
                {
                    // Refused at its header, while it was still being written.
                }

                _ = await NextAsync(worker, PacketCommand.OnClose);
            }

            using var text = await LineClient.ConnectAsync(ports[2]);
            await text.SendAsync("still here");
            Assert.Equal("still here", (await NextAsync(worker, PacketCommand.OnMessage)).Body);
        }

        await gateway.KillAsync();
        await gateway.DisposeAsync();
        await using var again = await StartAsync(folder, ports);
        using var second = await WorkAsync(ports[1]);
        using var client = await LineClient.ConnectAsync(ports[2]);
        var after = (await NextAsync(second, PacketCommand.OnConnect)).Connection;

        Assert.True(Math.Abs((long)after - before) > 100, $"{before} before, {after} after");
    }

    private static Task<RoleProcess> StartAsync(TemporaryFolder folder, int[] ports) => RoleProcess.StartAsync(
        "Portico.Gateway",
        "is ready",
        folder.Path,
        $"--Gateway:Listen:0=websocket://127.0.0.1:{ports[0]}",
        $"--Gateway:Listen:1=text://127.0.0.1:{ports[2]}",
        $"--Gateway:LanPort={ports[1]}",
        "--Gateway:RegisterAddress:0=127.0.0.1:1");

    private static async Task<TcpClient> WorkAsync(int port)
    {
        var worker = new TcpClient();
        await worker.ConnectAsync("127.0.0.1", port).Guarded();
        var hello = new ArrayBufferWriter<byte>();
        PacketCodec.Write(
            hello, new PacketHeader { Command = PacketCommand.WorkerConnect, Flags = PacketFlags.Scalar }, default, InnerCredentials.Worker("one:0", ""));
        await worker.GetStream().WriteAsync(hello.WrittenMemory).AsTask().Guarded();
        return worker;
    }

    // The next event of a kind; others are passed over.
    private static async Task<(uint Connection, string Body)> NextAsync(TcpClient worker, PacketCommand command)
    {
        while (true)
        {
            var length = new byte[sizeof(uint)];
            await worker.GetStream().ReadExactlyAsync(length).AsTask().Guarded();
            var bytes = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            length.CopyTo(bytes, 0);
            await worker.GetStream().ReadExactlyAsync(bytes.AsMemory(length.Length)).AsTask().Guarded();
            Assert.Equal(PacketStatus.Complete, PacketCodec.TryRead(bytes, out var packet));
            if (packet.Command == command)
            {
                return (packet.Header.ConnectionId, Encoding.UTF8.GetString(packet.Body));
            }
        }
    }
}
