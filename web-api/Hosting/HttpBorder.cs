using Microsoft.AspNetCore.Http;
using Portico.WebApi.Endpoints;
using Portico.WebApi.Identity;
using Portico.WebApi.Pages;

namespace Portico.WebApi.Hosting;

/// <summary>
/// What every request passes before its endpoint. The two kinds of listeners share one server but no route: strangers never reach the
/// workers' calls, nor workers' port the pages.
/// </summary>
internal sealed class HttpBorder
{
    private readonly ErrorBorder _border;
    // How the library names its endpoints, those of unknown services and methods too.
    private const string RpcEndpoint = "gRPC - ";

    private readonly PageFiles _pages;
    private readonly RequestDelegate _next;

    // Made once: delegates made for each request are what a request needs not pay for.
    private readonly RequestDelegate _gated;

    public HttpBorder(ErrorBorder border, RequestGate gate, PageFiles pages, RequestDelegate next)
    {
        _border = border;
        _pages = pages;
        _next = next;
        RequestDelegate served = context => context.GetEndpoint() is null ? ServeAsync(context) : next(context);
        _gated = context => gate.InvokeAsync(context, served);
    }

    public Task InvokeAsync(HttpContext context)
    {
        var isInner = context.Features.Get<InnerListener>() is not null;
        // gRPC is served on the inner port only, and nothing else there.
        if (isInner != (context.GetEndpoint()?.DisplayName?.StartsWith(RpcEndpoint, StringComparison.Ordinal) == true))
        {
            context.SetEndpoint(null);
        }

        return isInner ? _next(context) : _border.InvokeAsync(context, _gated);
    }

    // Files come after routes: a request that a route wants never asks for one.
    private async Task ServeAsync(HttpContext context)
    {
        if (!await _pages.TryServeAsync(context))
        {
            await _next(context);
        }
    }
}
