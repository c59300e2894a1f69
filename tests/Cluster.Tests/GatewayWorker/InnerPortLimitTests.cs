using System.Net;
using System.Net.Sockets;
using Portico.Contracts.GatewayWorker;
using Portico.Support;

namespace Portico.Cluster.Tests.GatewayWorker;

/// <summary>A gateway whose inner port takes all descriptors that it may have: it lives on, says so, and recovers.</summary>
public sealed class InnerPortLimitTests
{
    private const int OpenFiles = 512;

    [Fact]
    public async Task InnerPort_MoreConnectionsThanDescriptors_ServesOnSaysSoAndRecovers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "lowers a limit of Linux");
        using var folder = new TemporaryFolder();
        var (clients, inner) = (FreePort.Take(), FreePort.Take());
        await using var gateway = await RoleProcess.StartWithAsync(
            OpenFiles,
            "Portico.Gateway",
            "is ready",
            folder.Path,
            $"--Gateway:Listen:0=text://127.0.0.1:{clients}",
            $"--Gateway:LanPort={inner}",
            $"--Gateway:RegisterAddress:0=127.0.0.1:{FreePort.Take()}");

        var held = new List<Socket>();
        try
        {
            // More than there can be; those beyond wait in the backlog.
            for (var i = 0; i < OpenFiles + 50; i++)
            {
                held.Add(await AskAsync(inner));
            }

            await gateway.SeenAsync("The inner port accepts nobody");
            await IsAnsweredAsync(held[0]);
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }

        using var after = await AskAsync(inner);
        await IsAnsweredAsync(after);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, clients).Guarded();
        await gateway.SeenAsync("The inner port accepts again");
        Assert.False(gateway.HasExited, gateway.Log);
    }

    private static async Task<Socket> AskAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port).Guarded();
        var packet = new System.Buffers.ArrayBufferWriter<byte>();
        PacketCodec.Write(packet, new PacketHeader { Command = PacketCommand.GetClientCountByGroup, Flags = PacketFlags.Scalar }, default, default);
        _ = await socket.SendAsync(packet.WrittenMemory).AsTask().Guarded();
        return socket;
    }

    private static async Task IsAnsweredAsync(Socket socket)
    {
        var answer = new byte[8];
        for (var count = 0; count < answer.Length;)
        {
            var read = await socket.ReceiveAsync(answer.AsMemory(count)).AsTask().Guarded();
            Assert.NotEqual(0, read);
            count += read;
        }

        Assert.Equal("\0\0\0\u0004i:0;"u8.ToArray(), answer);
    }
}
