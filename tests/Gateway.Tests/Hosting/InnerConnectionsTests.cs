using System.Buffers;
using Portico.Contracts.GatewayWorker;
using Portico.Support;

namespace Portico.Gateway.Tests.Hosting;

/// <summary><c>Gateway:Limits:InnerConnections</c>: who is there stays and is served, one too many is closed, and a place that is given up is had again.</summary>
public sealed class InnerConnectionsTests
{
    private const int Most = 3;
    private static readonly byte[] Ask = Packet(PacketCommand.GetClientCountByGroup, []);

    [Fact]
    public async Task InnerConnections_OneQueryingPeerTooMany_IsClosedAndTheOthersAreServed()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:InnerConnections", "3"));
        var held = new List<RawClient>();
        try
        {
            for (var i = 0; i < Most; i++)
            {
                held.Add(await AskingAsync(gateway));
                Assert.True(await IsAnsweredAsync(held[i]), "within the limit");
            }

            using (var beyond = await AskingAsync(gateway))
            {
                Assert.False(await IsAnsweredAsync(beyond), "beyond the limit");
            }

            await held[0].SendAsync(Ask);
            Assert.True(await IsAnsweredAsync(held[0]), "still served");
            held[1].Dispose();
            await Guard.UntilAsync(
                async () =>
                {
                    using var next = await AskingAsync(gateway);
                    return await IsAnsweredAsync(next);
                },
                "the place that was given up is had by another");
        }
        finally
        {
            held.ForEach(peer => peer.Dispose());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task InnerPort_ThousandsOfQueriesAtOnce_AreAllAnsweredInOrder(bool ends)
    {
        await using var gateway = await RunningGateway.StartAsync(2);
        using var peer = await RawClient.ConnectAsync(gateway.InnerPort);
        var all = Packet(PacketCommand.GetAllClientSessions, []);

        // Far more than may be under way, and more than one read brings.
        await peer.SendAsync([.. Enumerable.Repeat(all, 3000).SelectMany(packet => packet), .. Ask]);
        if (ends)
        {
            peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        }

        var answers = await peer.ReceiveAsync(3000 * 10);
        for (var i = 0; i < 3000; i++)
        {
            Assert.Equal("\0\0\0\u0006a:0:{}"u8.ToArray(), answers.AsSpan(i * 10, 10).ToArray());
        }

        Assert.True(await IsAnsweredAsync(peer));
    }

    [Fact]
    public async Task InnerConnections_WorkersAndWhoeverBeginsAsOne_AreLimitedToo()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:InnerConnections", "3"));
        var held = new List<RawClient>();
        try
        {
            // As many as may have their connection to themselves, and as many as the server takes beside.
            for (var i = 0; i < 2 * Most; i++)
            {
                // One whose greeting comes late is the server's, which may have its share already: it dials again, as workers do.
                await Guard.UntilAsync(
                    async () =>
                    {
                        var worker = await WorkerAsync(gateway, i);
                        if (await IsAnsweredAsync(worker))
                        {
                            held.Add(worker);
                            return true;
                        }

                        worker.Dispose();
                        return false;
                    },
                    "the worker is let in");
            }

            using var beyond = await WorkerAsync(gateway, 99);
            Assert.False(await IsAnsweredAsync(beyond), "beyond the limit");
            await held[0].SendAsync(Ask);
            Assert.True(await IsAnsweredAsync(held[0]), "still served");
        }
        finally
        {
            held.ForEach(peer => peer.Dispose());
        }
    }

    private static async Task<RawClient> AskingAsync(RunningGateway gateway)
    {
        var peer = await RawClient.ConnectAsync(gateway.InnerPort);
        await peer.SendAsync(Ask);
        return peer;
    }

    private static async Task<RawClient> WorkerAsync(RunningGateway gateway, int number)
    {
        var peer = await RawClient.ConnectAsync(gateway.InnerPort);
        await peer.SendAsync([.. Packet(PacketCommand.WorkerConnect, InnerCredentials.Worker($"w:{number}", "")), .. Ask]);
        return peer;
    }

    private static async Task<bool> IsAnsweredAsync(RawClient peer)
    {
        try
        {
            Assert.Equal("\0\0\0\u0004i:0;"u8.ToArray(), await peer.ReceiveAsync(8));
            return true;
        }
        catch (Exception closed) when (closed is EndOfStreamException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static byte[] Packet(PacketCommand command, byte[] body)
    {
        var packet = new ArrayBufferWriter<byte>();
        PacketCodec.Write(packet, new PacketHeader { Command = command, Flags = PacketFlags.Scalar }, default, body);
        return packet.WrittenSpan.ToArray();
    }
}
