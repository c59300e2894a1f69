using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

public sealed class RpcQuietStreamTests
{
    [Fact]
    public async Task Duplex_LongSilence_ServersDataRateDoesNotResetIt()
    {
        // The server's grace is shortened to what it minimally takes, and a naive endpoint beside ours proves that it ran out.
        await using var server = await RpcTestServer.StartAsync(
            (app, host) =>
            {
                app.MapRpcDuplex("/test.Quiet/Ours", RpcStreamTests.EchoRawAsync, host.Options);
                app.MapPost("/test.Quiet/Naive", NaiveAsync);
            },
            kestrel => kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(1.1)));
        using var channel = server.Channel();
        using var other = server.Channel();
        using var ours = await channel.DuplexAsync("/test.Quiet/Ours").Guarded();
        await ours.WriteAsync(new BodyPart { Id = 1 }).AsTask().Guarded();
        Assert.Equal(1UL, (await ours.ReadAsync<BodyPart>().AsTask().Guarded())!.Id);

        using var naive = await other.DuplexAsync("/test.Quiet/Naive").Guarded();
        await Assert.ThrowsAsync<RpcException>(() => naive.ReadAsync<BodyPart>().AsTask().Guarded());

        await ours.WriteAsync(new BodyPart { Id = 2 }).AsTask().Guarded();
        Assert.Equal(2UL, (await ours.ReadAsync<BodyPart>().AsTask().Guarded())!.Id);
    }

    [Fact]
    public async Task Channel_ServerNoLongerAnswersPings_CallEndsUnavailable()
    {
        // A peer that completes the HTTP/2 preface and then says nothing at all.
        using var listener = new MutePeer();
        using var channel = new RpcChannel(listener.Address, new()
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
        });

        var fault = await Assert.ThrowsAsync<RpcException>(
            () => channel.UnaryAsync<BodyPart, BodyPart>("/test.Mute/Do", new BodyPart()).Guarded());

        Assert.Equal(RpcStatusCode.Unavailable, fault.Code);
    }

    private static async Task NaiveAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.StartAsync();
        await context.Response.BodyWriter.FlushAsync();
        _ = await context.Request.BodyReader.ReadAsync();
    }
}
