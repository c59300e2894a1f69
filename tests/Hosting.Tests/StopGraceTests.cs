using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portico.Support;

namespace Portico.Hosting.Tests;

public sealed class StopGraceTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nX-")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")]
    public async Task Stop_WhileARequestIsHalfSent_DoesNotWaitForTheRest(string half)
    {
        var builder = RoleBuilder.CreateWeb(new ConfigurationBuilder().AddInMemoryCollection([]).Build());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromHours(1));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, StopGrace.EndAfterGrace);
        });
        await using var app = builder.Build();
        app.Run(async context => await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var peer = await RawClient.ConnectAsync(new Uri(address).Port);
        await peer.SendAsync(Encoding.ASCII.GetBytes(half));

        await app.StopAsync(TestContext.Current.CancellationToken).Guarded();

        // An error's answer, or nothing.
        _ = await peer.ReceiveToEndAsync();
    }
}
