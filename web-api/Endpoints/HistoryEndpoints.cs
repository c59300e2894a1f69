using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Portico.Contracts.Ids;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Pages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>The history of a shop conversation with its date lines, as JSON or as escaped HTML, and the chat page that begins with it.</summary>
internal sealed class HistoryEndpoints(
    RequestScopes scopes, ChatLog log, ProductTable products, MessageJson view, OpaqueCodes codes, PageFiles pages, WebApiOptions options)
{
    private const int UsualPage = 50;
    private const string Html = "text/html; charset=utf-8";

    /// <summary><c>GET /push/push/history?with=&amp;before=&amp;limit=&amp;format=json|html</c>.</summary>
    public async Task HistoryAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var arguments = scope.Arguments;
        var peer = arguments.Text("with") ?? arguments.Text("toUserCode") ?? arguments.Required("with");
        var before = arguments.Number("before", long.MaxValue, 1, long.MaxValue);
        var limit = (int)arguments.Number("limit", UsualPage, 1, options.Limits.PageLength);
        var uid = scope.ActingUid();
        var page = await ReadAsync(scope.Caller, uid, peer, before, limit);
        if (arguments.Text("format") == "html")
        {
            // For a page that inserts it; opened by itself it shows text and pictures, and runs nothing.
            var headers = context.Response.Headers;
            headers.ContentType = Html;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "default-src 'none'; img-src 'self' http: https: data:; sandbox";
            headers.CacheControl = "no-store";
            await context.Response.WriteAsync(ToHtml(page, uid), context.RequestAborted);
            return;
        }

        await Replies.JsonAsync(context, json =>
        {
            json.WriteStartArray("messages"u8);
            foreach (var (message, line) in page.Entries)
            {
                json.WriteStartObject();
                json.WriteNumber("id"u8, message.Id);
                json.WriteNumber("seq"u8, message.Seq);
                json.WriteNumber("mine"u8, message.Sender == uid ? 1 : 0);
                json.WriteString("sender"u8, view.Show(scope.Caller, message.Sender));
                json.WriteNumber("type"u8, message.Type);
                MessageJson.WriteContent(json, message);
                json.WriteNumber("timestamp"u8, message.SentAtMs / 1000);
                json.WriteString("time"u8, log.Clock.TimeOfDay(message.SentAtMs));
                json.WriteString("line"u8, line);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteBoolean("more"u8, page.More);
            json.WriteString("html"u8, ToHtml(page, uid));
        });
    }

    /// <summary><c>GET /push/push/chat?pid=</c>: the page of a product's merchant with the caller's history; 404 without such a product.</summary>
    public async Task ChatAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var uid = scope.ActingUid();
        if (!long.TryParse(scope.Arguments.Text("pid"), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || await products.FindAsync(pid) is not { } product)
        {
            throw new RequestException(Problem.NotFound, "There is no such product.");
        }

        var history = ToHtml(await ReadAsync(scope.Caller, uid, product.MerchantUid, long.MaxValue, UsualPage), uid);
        context.Response.ContentType = Html;
        pages.AddHeaders(context.Response.Headers, context.Request.Host.Host);
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(ChatPage(product, history), context.RequestAborted);
    }

    // Readable as it comes; its script puts the live conversation in the place of the history.
    private static string ChatPage(ProductRow product, string history) =>
        $"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
        <title>{HtmlText.Escape(product.Title)}</title><link rel="icon" href="/img/portico.svg"><link rel="stylesheet" href="/css/portico.css"><script type="module" src="/js/chat.js"></script></head>
        <body class="fill" data-pid="{product.Id}" data-merchant="{HtmlText.Escape(product.MerchantUid)}" data-title="{HtmlText.Escape(product.Title)}" data-image="{HtmlText.Escape(product.Image)}" data-url="{HtmlText.Escape(product.Url)}">
        <main class="alone"><header class="bar"><h1>{HtmlText.Escape(product.MerchantUid)}</h1></header>{ProductCard.ToHtml(product)}<div class="history" tabindex="0"><div id="history">{history}</div></div></main></body></html>
        """;

    private async Task<HistoryPage> ReadAsync(Caller caller, string uid, string peer, long before, int limit)
    {
        var found = codes.TryDecode(peer, out var decoded) ? decoded : peer;
        var isHidden = found == peer && caller.Uid is { } viewer && Uids.IsMerchant(viewer) && Uids.IsBuyer(peer);
        if (isHidden || !Uids.IsValid(found) || await log.FindAsync(ConversationKey.Between(uid, found)) is not { } conversation)
        {
            return new HistoryPage([], false);
        }

        var page = await log.ReadBeforeAsync(conversation.Id, before, limit, options.Limits.PageBytes);
        return new HistoryPage(DateLines.Add(page.Messages, log.Clock), page.More);
    }

    // Everything is escaped here; the only markup that comes out of the log was made by this server (pictures in mixed messages).
    private static string ToHtml(HistoryPage page, string uid)
    {
        var html = new StringBuilder();
        foreach (var (message, line) in page.Entries)
        {
            if (line is not null)
            {
                html.Append(CultureInfo.InvariantCulture, $"<p class=\"date\">{line}</p>");
            }

            html.Append(
                CultureInfo.InvariantCulture,
                $"<div class=\"{(message.Sender == uid ? "mine" : "theirs")}\" data-id=\"{message.Id}\">{HistoryHtml.Of(message)}</div>");
        }

        return html.ToString();
    }

    private sealed record HistoryPage(List<(MessageRow Message, string? Line)> Entries, bool More);
}
