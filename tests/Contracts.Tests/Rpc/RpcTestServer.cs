using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

/// <summary>A Kestrel of its own on a free loopback port.</summary>
internal sealed class RpcTestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RpcTestServer(WebApplication app) => _app = app;

    public ConcurrentQueue<Exception> Faults { get; } = new();

    public Uri Address { get; private set; } = null!;

    public int Port => Address.Port;

    public static async Task<RpcTestServer> StartAsync(
        Action<WebApplication, RpcTestServer> map, Action<KestrelServerOptions>? kestrel = null, Action<ListenOptions>? listen = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            RpcServerLimits.Apply(options);
            kestrel?.Invoke(options);
            options.Listen(IPAddress.Loopback, 0, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http2;
                listen?.Invoke(endpoint);
            });
        });
        var server = new RpcTestServer(builder.Build());
        map(server._app, server);
        server._app.MapRpcUnknown();
        await server._app.StartAsync().Guarded();
        var address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Address = new Uri(address);
        return server;
    }

    public RpcServerOptions Options => new() { OnFault = (_, fault) => Faults.Enqueue(fault) };

    public RpcChannel Channel(RpcChannelOptions? options = null) => new(Address, (options ?? new()) with { ConnectTimeout = Guard.Limit });

    public Task StopAsync() => _app.StopAsync().Guarded();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync().AsTask().Guarded();
}
