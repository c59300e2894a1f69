using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portico.Contracts.Ids;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>The routes that pages of the shop have always posted to (docs/dev/applications.md 1.1); names, spelling and numbers are theirs.</summary>
internal sealed class ShopEndpoints(
    RequestScopes scopes, ClientBinder binder, SendMessage road, Recipients recipients, ProductTable products, LogClock clock)
{
    /// <summary>Binds a client to the caller's uid.</summary>
    public async Task BindUserClientIdAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var uid = scope.ActingUid();
        if (!ClientId.TryParse(scope.Arguments.Text("client_id"), out var client))
        {
            await StatusAsync(context, -1);
            return;
        }

        var result = await binder.BindAsync(context, scope.Caller, client, uid);
        await StatusAsync(context, result.IsBound ? 1 : -1, result.Message);
    }

    /// <summary>A buyer writes to a merchant: a text, or the card of a product.</summary>
    public async Task SendMessageToMerchantAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var uid = scope.ActingUid();
        var arguments = scope.Arguments;
        var sendType = arguments.Text("sendType");
        if (sendType is not ("message" or "link") || arguments.Text("client_id") is not { Length: ClientId.TextLength } device)
        {
            await StatusAsync(context, -1);
            return;
        }

        var merchant = arguments.Text("toMid");
        if (string.IsNullOrEmpty(merchant)
            || !long.TryParse(arguments.Text("pid"), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || pid <= 0)
        {
            await StatusAsync(context, -2);
            return;
        }

        // In an open conversation people go on talking when the product is gone, or has moved to another merchant; a card needs the product.
        var isLink = sendType == "link";
        var product = await products.FindAsync(pid) is { } found && found.MerchantUid == merchant ? found : null;
        if (product is null && (isLink || !await IsOpenAsync(uid, merchant)))
        {
            await StatusAsync(context, -3);
            return;
        }

        var outcome = await road.SendAsync(new SendCommand
        {
            Application = ConversationKey.Shop,
            Sender = uid,
            Recipient = merchant,
            Type = isLink ? 2 : 1,
            Content = isLink ? pid.ToString(CultureInfo.InvariantCulture) : arguments.TextOrJson("message") ?? "",
            ClientMsgId = arguments.Text("client_msg_id") ?? "",
            SenderClientId = device,
            ByBackend = scope.Caller.IsBackend,
        });
        await AnswerAsync(context, outcome, isLink ? ProductCard.ToHtml(product!) : "");
    }

    /// <summary>The answer of a send; <paramref name="html"/> null leaves the member out.</summary>
    public Task AnswerAsync(HttpContext context, SendOutcome outcome, string? html)
    {
        if (outcome.Status != SendStatus.Stored)
        {
            if (outcome.Status == SendStatus.TooFast)
            {
                context.Response.Headers.RetryAfter = outcome.RetrySeconds.ToString(CultureInfo.InvariantCulture);
                return StatusAsync(context, -3, outcome.Error);
            }

            var status = outcome.Status == SendStatus.Conflict ? ErrorMapping.Of(Problem.Conflict).Status : StatusCodes.Status200OK;
            return Replies.OldPageAsync(context, json => json.WriteNumber("status"u8, -3), status);
        }

        return Replies.OldPageAsync(context, json =>
        {
            json.WriteNumber("status"u8, 1);
            json.WriteNumber("timeStamp"u8, outcome.SentAtMs / 1000);
            json.WriteString("timeStr"u8, clock.TimeOfDay(outcome.SentAtMs));
            if (html is not null)
            {
                json.WriteString("html"u8, html);
            }
        });
    }

    private async ValueTask<bool> IsOpenAsync(string uid, string merchant) =>
        recipients.Find(ConversationKey.Shop, uid, merchant, byBackend: false) is { } to && await recipients.IsOpenAsync(to.Conversation);

    /// <summary>A bare status, with the reason in words where the number says too little.</summary>
    public static Task StatusAsync(HttpContext context, int status, string? message = null) => Replies.OldPageAsync(context, json =>
    {
        json.WriteNumber("status"u8, status);
        if (message is not null)
        {
            json.WriteString("message"u8, message);
        }
    });
}
