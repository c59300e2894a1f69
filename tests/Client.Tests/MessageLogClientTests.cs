using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Protos.Messages;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Client.Tests;

public sealed class MessageLogClientTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication _app = null!;
    private Uri _address = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 4 << 20);
        builder.Services.AddSingleton(new Log(_release.Task));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.MapGrpcService<Log>();
        await _app.StartAsync().Guarded();
        _address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        await _app.DisposeAsync().AsTask().Guarded();
    }

    [Fact]
    public async Task SendAsync_LogAnswers_AnswerIsPassedOn()
    {
        using var log = new MessageLogClient(_address, new MessageLogOptions { SecretKey = "key", Timeout = Guard.Limit }, TimeProvider.System);

        var reply = await log.SendAsync(Message("x")).Guarded();

        Assert.Equal((LogStatus.Stored, 7L), (reply.Status, reply.Id));
    }

    [Fact]
    public async Task SendAsync_WrongKeyOrNobodyThere_IsUnavailableAndNotThrown()
    {
        using var stranger = new MessageLogClient(_address, new MessageLogOptions { SecretKey = "other" }, TimeProvider.System);
        using var alone = new MessageLogClient(new Uri($"http://127.0.0.1:{FreePort.Take()}"), new MessageLogOptions(), TimeProvider.System);

        var refused = await stranger.SendAsync(Message("x")).Guarded();
        var unreached = await alone.SendAsync(Message("x")).Guarded();

        const string ForClients = "The message log is away for the moment; try again.";
        Assert.Equal((LogStatus.Unavailable, ForClients), (refused.Status, refused.Error));
        Assert.Equal((LogStatus.Unavailable, ForClients), (unreached.Status, unreached.Error));
        Assert.Contains("secret key", refused.Cause, StringComparison.Ordinal);
        Assert.Contains("Connection refused", unreached.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_TooLongForTheLog_IsInvalidAndNotForTryingAgain()
    {
        using var log = new MessageLogClient(_address, new MessageLogOptions { SecretKey = "key" }, TimeProvider.System);

        Assert.Equal(LogStatus.Invalid, (await log.SendAsync(Message(new string('x', 5 << 20))).Guarded()).Status);
        Assert.Equal(LogStatus.Stored, (await log.SendAsync(Message("x")).Guarded()).Status);
    }

    [Fact]
    public async Task SendAsync_LogHangs_EndsAtTheDeadlineAlsoForThoseThatWaitForAPlace()
    {
        using var log = new MessageLogClient(_address, new MessageLogOptions { SecretKey = "key", Timeout = TimeSpan.FromSeconds(1), Concurrency = 1 }, TimeProvider.System);

        var hanging = log.SendAsync(Message("hang"));
        var waiting = log.SendAsync(Message("hang"));

        Assert.Equal(LogStatus.Unavailable, (await hanging.Guarded()).Status);
        Assert.Equal(LogStatus.Unavailable, (await waiting.Guarded()).Status);
        _release.SetResult();
        await Guard.UntilAsync(async () => (await log.SendAsync(Message("x"))).Status == LogStatus.Stored, "the place is free again");
    }

    private static LogMessage Message(string content) => new() { Application = "shop", Sender = "U_1", Recipient = "V_2", Type = 1, Content = content };

    private sealed class Log(Task release) : MessageLog.MessageLogBase
    {
        public override async Task<SendReply> Send(SendRequest request, ServerCallContext context)
        {
            if (!new RpcSecretKey("key").Matches(context.GetHttpContext().Request.Headers))
            {
                throw new Grpc.Core.RpcException(new Status(StatusCode.Unauthenticated, "the secret key is missing or wrong"));
            }

            if (request.Content == "hang")
            {
                await release.WaitAsync(context.CancellationToken);
            }

            return new SendReply { Status = SendStatus.Stored, Id = 7 };
        }
    }
}
