using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Protos.Messages;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.BusinessWorker.Tests;

/// <summary>A gateway that does what a test says, over a real socket; it is its own register and its own message log too.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly uint _loopCount;
    private readonly Channel<ScriptedLink> _links = Channel.CreateUnbounded<ScriptedLink>();
    private readonly SemaphoreSlim _attaching = new(1);

    private ScriptedGateway(WebApplication app, uint loopCount)
    {
        _app = app;
        _loopCount = loopCount;
    }

    public int Port { get; private set; }

    public string Address => $"127.0.0.1:{Port}";

    public Channel<SendRequest> Sent { get; } = Channel.CreateUnbounded<SendRequest>();

    public Func<SendRequest, SendReply> LogAnswer { get; set; } = _ => new SendReply { Status = SendStatus.Stored, Id = 7, Conversation = "U_1|V_2", Sequence = 3, SentAtMs = 1_767_323_045_000 };

    public bool Listed { get; set; } = true;

    /// <summary>Addresses of further gateways that the register tells of.</summary>
    public string[] Others { get; set; } = [];

    /// <summary>Awaited before the register answers.</summary>
    public Task RegisterAnswers { get; set; } = Task.CompletedTask;

    public static async Task<ScriptedGateway> StartAsync(uint loopCount = 1)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            RpcServerLimits.Apply(options);
            options.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        var gateway = new ScriptedGateway(builder.Build(), loopCount);
        gateway._app.MapRpcDuplex("/portico.gateway.v1.WorkerLink/Attach", gateway.AttachAsync);
        gateway._app.MapRpcServerStreaming<WatchRequest>("/portico.register.v1.Register/Watch", gateway.WatchAsync);
        gateway._app.MapRpcUnary<SendRequest, SendReply>("/portico.messages.v1.MessageLog/Send", gateway.LogAsync);
        await gateway._app.StartAsync().Guarded();
        gateway.Port = new Uri(gateway._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return gateway;
    }

    /// <summary>The next stream that a worker opened.</summary>
    public async Task<ScriptedLink> LinkAsync() => await _links.Reader.ReadAsync().AsTask().Guarded();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().Guarded();
        await _app.DisposeAsync().AsTask().Guarded();
        _attaching.Dispose();
    }

    private async Task AttachAsync(RpcServerCall call)
    {
        await call.StartAsync();
        var first = await call.ReadAsync<WorkerMessage>();
        var link = new ScriptedLink(call, first!.Attach);

        // The worker attaches to the other loops as soon as it has this answer: the links are told in the order of the answers all the same.
        await _attaching.WaitAsync(Guard.Limit);
        try
        {
            await link.SendAsync(new GatewayMessage { Attached = new Attached { Address = Address, Epoch = 0xABC, Loop = first.Attach.Loop, LoopCount = _loopCount } });
            _links.Writer.TryWrite(link);
        }
        finally
        {
            _attaching.Release();
        }

        await link.RunAsync();
    }

    private async Task WatchAsync(WatchRequest request, RpcServerCall call)
    {
        var reply = new WatchReply { Epoch = 1, Version = 1 };
        if (Listed)
        {
            reply.Addresses.Add(Address);
        }

        reply.Addresses.AddRange(Others);
        await RegisterAnswers.WaitAsync(call.CancellationToken);
        await call.WriteAsync(reply);
        await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task<SendReply> LogAsync(SendRequest request, RpcServerCall call)
    {
        Sent.Writer.TryWrite(request);
        return Task.FromResult(LogAnswer(request));
    }
}
