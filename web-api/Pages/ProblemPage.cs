using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Portico.WebApi.Hosting;
using Portico.WebApi.Storage;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Pages;

/// <summary>What a person sees in a browser who is signed out or follows a dead link; programs get the problem as JSON.</summary>
internal sealed class ProblemPage(PageFiles files, WebApiOptions options)
{
    /// <summary>Answers a browser that asked for a page; false: a program asked.</summary>
    public async Task<bool> TryWriteAsync(HttpContext context, int status)
    {
        var request = context.Request;
        if (!IsForAPerson(request))
        {
            return false;
        }

        var isChinese = request.Headers.AcceptLanguage.ToString().StartsWith("zh", StringComparison.OrdinalIgnoreCase);
        var (title, text) = Words(status, isChinese);
        var signIn = status == StatusCodes.Status401Unauthorized ? options.Pages.SignInFrom(request.GetEncodedUrl()) : "";
        var link = signIn.Length == 0 ? "" : $"""<p><a class="button primary" href="{HtmlText.Escape(signIn)}">{(isChinese ? "登录" : "Sign in")}</a></p>""";
        var name = options.Pages.Name.Length == 0 ? title : $"{title} · {options.Pages.Name}";
        WebApiMeter.Refused(status);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.Vary = "Accept, Accept-Language";
        files.AddHeaders(response.Headers, request.Host.Host);
        response.Headers.CacheControl = "no-store";
        await response.WriteAsync(
            $"""
            <!DOCTYPE html>
            <html lang="{(isChinese ? "zh" : "en")}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{HtmlText.Escape(name)}</title><link rel="icon" href="/img/portico.svg"><link rel="stylesheet" href="/css/portico.css"></head>
            <body><main class="page gate"><div class="empty"><h1 class="empty-title">{title}</h1><p>{text}</p>{link}</div></main></body></html>
            """,
            context.RequestAborted);
        return true;
    }

    // A browser's address line or link; fetch and XMLHttpRequest ask for anything, or for JSON.
    private static bool IsForAPerson(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && !request.Path.StartsWithSegments("/gateway", StringComparison.OrdinalIgnoreCase);

    private static (string Title, string Text) Words(int status, bool isChinese) => (status, isChinese) switch
    {
        (401, true) => ("请先登录", "登录后重新打开此页面。"),
        (401, false) => ("Please sign in", "Open this page again once you have."),
        (403, true) => ("没有权限", "你的账号不能打开此页面。"),
        (403, false) => ("Not for this account", "Your account may not open this page."),
        (404, true) => ("找不到页面", "链接可能已经失效。"),
        (404, false) => ("This page does not exist", "The link may be out of date."),
        (503, true) => ("暂时不可用", "请稍后重新打开此页面。"),
        (503, false) => ("Not available now", "Open this page again in a moment."),
        ( >= 500, true) => ("服务器出错了", "请稍后重试。"),
        ( >= 500, false) => ("Something went wrong", "Try again in a moment."),
        (_, true) => ("无法打开此页面", "请检查链接是否完整。"),
        _ => ("This page cannot be opened", "Check that the link is complete."),
    };
}
