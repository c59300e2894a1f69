using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Protos.Register;
using Portico.Support;
using RegisterBase = Portico.Contracts.Protos.Register.Register.RegisterBase;

namespace Portico.WebApi.Tests;

/// <summary>A register on gRPC that tells of <see cref="ScriptedGateways.Address"/>: of a gateway of ours, while a text register tells of GatewayWorker's.</summary>
internal sealed class RpcRegister : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RpcRegister(WebApplication app) => _app = app;

    /// <summary>As <c>WebApi:RegisterAddress</c> names it.</summary>
    public string Address { get; private set; } = "";

    public static async Task<RpcRegister> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var register = new RpcRegister(builder.Build());
        register._app.MapGrpcService<Service>();
        await register._app.StartAsync().Guarded();
        register.Address = new Uri(register._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;
        return register;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync().AsTask().Guarded();

    private sealed class Service : RegisterBase
    {
        public override async Task Watch(WatchRequest request, IServerStreamWriter<WatchReply> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new WatchReply { Epoch = 1, Version = 1, Addresses = { ScriptedGateways.Address.ToString() } });
            var ended = new TaskCompletionSource();
            await using var ending = context.CancellationToken.Register(ended.SetResult);
            await ended.Task;
        }
    }
}
