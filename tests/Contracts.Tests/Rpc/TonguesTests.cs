using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

public sealed class TonguesTests
{
    private const string Path = "/test.Tongues/Do";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task UseTongues_BothTongues_EachReachesItsHandlerWithAllItsBytes()
    {
        await using var server = await StartAsync(new FakeClock(), EchoAsync);
        using var channel = server.Channel();
        using var socket = Connect(server);

        var reply = await channel.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart { Id = 9 }).Guarded();
        await socket.SendAsync("PRIX hello"u8.ToArray()).Guarded();

        Assert.Equal(9UL, reply.Id);
        Assert.Equal("PRIX hello", await ReceiveAsync(socket, 10));
    }

    [Fact]
    public async Task UseTongues_PrefaceByteByByte_IsHttp2()
    {
        await using var server = await StartAsync(new FakeClock(), EchoAsync);
        using var socket = Connect(server);

        foreach (var part in "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray())
        {
            await socket.SendAsync(new[] { part }).Guarded();
        }

        await socket.SendAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 }).Guarded();
        Assert.Equal((char)4, (await ReceiveAsync(socket, 9))[3]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI")]
    [InlineData("PRI ")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r")]
    public async Task UseTongues_NeitherTongueBegun_ClosedAtTheDeadlineAndNotBefore(string sent)
    {
        var clock = new FakeClock();
        await using var server = await StartAsync(clock, EchoAsync);
        using var socket = Connect(server);
        await socket.SendAsync(Encoding.ASCII.GetBytes(sent)).Guarded();
        var closed = socket.ReceiveAsync(new byte[1]).Guarded();

        // The server has accepted once its timer stands; until then advancing would only move the start.
        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return closed.IsCompleted;
            },
            "the silent connection is closed");

        Assert.Equal(0, await closed);
        Assert.True(clock.GetUtcNow() - clock.Start >= Deadline);
    }

    [Fact]
    public async Task UseTongues_HostStops_OtherTongueIsTold()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(new FakeClock(), async (connection, token) =>
        {
            using var registration = token.Register(told.SetResult);
            entered.SetResult();
            await told.Task;
        });
        using var socket = Connect(server);
        await socket.SendAsync("{\"event\""u8.ToArray()).Guarded();
        await entered.Task.Guarded();

        await server.StopAsync();

        await told.Task.Guarded();
    }

    private static Task<RpcTestServer> StartAsync(TimeProvider clock, Func<ConnectionContext, CancellationToken, Task> other) =>
        RpcTestServer.StartAsync(
            (app, host) => app.MapRpcUnary<BodyPart, BodyPart>(Path, (request, _) => Task.FromResult(request), host.Options),
            listen: endpoint => endpoint.UseTongues(other, clock, Deadline));

    private static async Task EchoAsync(ConnectionContext connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await connection.Transport.Input.ReadAsync(cancellationToken);
            foreach (var part in read.Buffer)
            {
                await connection.Transport.Output.WriteAsync(part, cancellationToken);
            }

            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private static Socket Connect(RpcTestServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, server.Port);
        return socket;
    }

    private static async Task<string> ReceiveAsync(Socket socket, int length)
    {
        var buffer = new byte[length];
        for (var filled = 0; filled < length;)
        {
            filled += await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None).AsTask().Guarded();
        }

        return Encoding.ASCII.GetString(buffer);
    }
}
