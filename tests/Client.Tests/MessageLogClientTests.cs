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
        _app = await StartAsync(0);
        _address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    private async Task<WebApplication> StartAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 4 << 20);
        builder.Services.AddSingleton(new Log(_release.Task));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapGrpcService<Log>();
        await app.StartAsync().Guarded();
        return app;
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

    [Fact]
    public async Task SendAsync_FirstLogIsAway_TheNextTakesItInTheSameCall()
    {
        var away = new Uri($"http://127.0.0.1:{FreePort.Take()}");
        using var log = new MessageLogClient([away, _address], new MessageLogOptions { SecretKey = "key", Timeout = Guard.Limit }, TimeProvider.System);

        Assert.Equal(LogStatus.Stored, (await log.SendAsync(Message("x")).Guarded()).Status);
        Assert.Equal(LogStatus.Stored, (await log.SendAsync(Message("x") with { EventId = "e-1-1" }).Guarded()).Status);
    }

    [Fact]
    public async Task SendAsync_FirstLogIsSilent_OnlyWhatIsStoredOnceGoesToTheNext()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var hangs = new Uri($"http://{silent.LocalEndpoint}");
        var options = new MessageLogOptions { SecretKey = "key", Timeout = TimeSpan.FromSeconds(4) };
        using var log = new MessageLogClient([hangs, _address], options, TimeProvider.System);
        using var again = new MessageLogClient([hangs, _address], options, TimeProvider.System);

        Assert.Equal(LogStatus.Stored, (await log.SendAsync(Message("x") with { EventId = "e-1-1" }).Guarded()).Status);
        Assert.Equal(LogStatus.Unavailable, (await again.SendAsync(Message("x")).Guarded()).Status);
        Assert.Equal(LogStatus.Stored, (await again.SendAsync(Message("x")).Guarded()).Status);
    }

    [Fact]
    public async Task SendAsync_LogComesBack_IsUsedAtTheNextCall()
    {
        var port = FreePort.Take();
        using var log = new MessageLogClient(new Uri($"http://127.0.0.1:{port}"), new MessageLogOptions { SecretKey = "key", Timeout = Guard.Limit }, TimeProvider.System);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(LogStatus.Unavailable, (await log.SendAsync(Message("x")).Guarded()).Status);
        }

        await using var started = await StartAsync(port);

        Assert.Equal(LogStatus.Stored, (await log.SendAsync(Message("x")).Guarded()).Status);
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
