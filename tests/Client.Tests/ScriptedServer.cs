using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Ids;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Client.Tests;

/// <summary>A gRPC server on a loopback port; a peer whose answers a test writes.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public GatewayAddress Address { get; private set; }

    public static async Task<ScriptedServer> StartAsync(Action<WebApplication> map, int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            RpcServerLimits.Apply(options);
            options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var server = new ScriptedServer(builder.Build());
        map(server._app);
        await server._app.StartAsync().Guarded();
        var url = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Address = GatewayAddress.Parse(new Uri(url).Authority);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().Guarded();
        await _app.DisposeAsync().AsTask().Guarded();
    }
}
