using System.Net.Sockets;
using System.Net.WebSockets;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests.Hosting;

public sealed class DrainTests
{
    private const string Path = "/portico.gateway.v1.Administration/Drain";

    [Fact]
    public async Task Drain_OverALongTime_LetsNobodyInAndServesWhoIsLeft()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);

        Assert.Equal(1u, await DrainAsync(gateway, 3600));
        await Guard.UntilAsync(() => IsRefusedAsync(gateway.TextPort), "no further client is let in");
        await client.SendAsync("still here");

        var next = await worker.NextAsync();
        while (next.Event.Kind != EventKind.Message)
        {
            // A client that came in the very moment.
            next = await worker.NextAsync();
        }

        Assert.Equal("still here", next.Event.Body.ToStringUtf8());
    }

    [Fact]
    public async Task Drain_AgainWithoutTime_EndsTheGateway()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);

        await DrainAsync(gateway, 3600);
        await DrainAsync(gateway, 0);
        await gateway.WantsToStopAsync();
        var stopping = gateway.StopAsync();

        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.Socket.CloseStatus);
        await client.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).Guarded();
        await stopping.Guarded();
    }

    [Fact]
    public async Task Drain_Watched_EndsWithTheGateway()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var channel = Channel(gateway);
        await using var replies = Replies(channel, 0).GetAsyncEnumerator();

        Assert.True(await replies.MoveNextAsync().AsTask().Guarded());
        await gateway.WantsToStopAsync();
        await gateway.StopAsync();
        while (await replies.MoveNextAsync().AsTask().Guarded())
        {
            Assert.Equal(0u, replies.Current.Clients);
        }
    }

    [Fact]
    public async Task Drain_OverMoreThanAnHour_IsRefused()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var fault = await Assert.ThrowsAsync<RpcException>(() => DrainAsync(gateway, 3601));

        Assert.Equal(RpcStatusCode.InvalidArgument, fault.Code);
        using var client = await RawClient.ConnectAsync(gateway.TextPort);
    }

    private static async Task<uint> DrainAsync(RunningGateway gateway, uint seconds)
    {
        using var channel = Channel(gateway);
        await using var replies = Replies(channel, seconds).GetAsyncEnumerator();
        Assert.True(await replies.MoveNextAsync().AsTask().Guarded());
        return replies.Current.Clients;
    }

    private static RpcChannel Channel(RunningGateway gateway) => new(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { ConnectTimeout = Guard.Limit });

    private static IAsyncEnumerable<DrainReply> Replies(RpcChannel channel, uint seconds) =>
        channel.ServerStreamingAsync<DrainRequest, DrainReply>(Path, new DrainRequest { Seconds = seconds });

    private static async Task<bool> IsRefusedAsync(int port)
    {
        try
        {
            using var client = await RawClient.ConnectAsync(port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
