using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Portico.Hosting.Metrics;

/// <summary>
/// <c>Metrics:Listen</c>: a page of this process's numbers for Prometheus at <c>/metrics</c>, and <see cref="HealthPages"/>. It has a listener of its
/// own, in every role alike: a gateway serves no other HTTP, and who may read numbers needs access to nothing else.
/// </summary>
internal sealed partial class MetricsListener : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly InstrumentTable _instruments = new();
    private readonly HealthPages _health;
    private readonly bool _loopback;

    private MetricsListener(IConfiguration configuration, IPEndPoint address, HealthPages health)
    {
        _health = health;
        _loopback = IPAddress.IsLoopback(address.Address);
        var builder = RoleBuilder.CreateWeb(configuration);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address));
        RoleBuilder.NameListeners(builder.Services, _ => "Metrics:Listen");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Starts it when <c>Metrics:Listen</c> names an address; null when that is empty.</summary>
    /// <param name="configuration">The role's configuration.</param>
    /// <param name="health">The role's.</param>
    /// <exception cref="ConfigurationException">The address is none, or cannot be listened on.</exception>
    public static async Task<MetricsListener?> StartAsync(IConfiguration configuration, HealthPages health)
    {
        if (configuration["Metrics:Listen"] is not { Length: > 0 } text)
        {
            return null;
        }

        if (!IPEndPoint.TryParse(text, out var address) || !text.Contains(':', StringComparison.Ordinal))
        {
            var faults = new ConfigurationFaults();
            faults.Add("Metrics:Listen", text, "must be an address and port like 127.0.0.1:9464.");
            faults.ThrowIfAny();
        }

        var listener = new MetricsListener(configuration, address!, health);
        try
        {
            await listener._app.StartAsync();
            Ready(listener._app.Services.GetRequiredService<ILogger<MetricsListener>>(), listener.Address);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _instruments.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        // A page of a stranger that was given a name for this machine must not read along.
        var host = context.Request.Host.Host.Trim('[', ']');
        if (_loopback && host != "localhost" && !IPAddress.TryParse(host, out _))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return Task.CompletedTask;
        }

        switch (context.Request.Path.Value)
        {
            case "/metrics" when HttpMethods.IsGet(context.Request.Method):
                context.Response.ContentType = PrometheusText.ContentType;
                return context.Response.WriteAsync(PrometheusText.Write(_instruments.Read()), context.RequestAborted);
            case not null when HealthPages.Has(context.Request.Path)
                && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)):
                return _health.AnswerAsync(context);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    [LoggerMessage(2, LogLevel.Information, "Numbers for Prometheus: {Address}/metrics")]
    private static partial void Ready(ILogger log, string address);
}
