using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.WebApi.Hosting;
using Portico.WebApi.Media;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>The two shop routes that carry pictures: a merchant's mixed message and a buyer's pictures from WeChat (docs/dev/applications.md 1.1).</summary>
internal sealed class ShopMediaEndpoints(
    RequestScopes scopes, ShopEndpoints shop, SendMessage road, Recipients recipients, ProductTable products, OpaqueCodes codes, MediaStore media,
    WeChatMedia weChat, IGatewayClient gateways, WebApiOptions options)
{
    private readonly IGatewayClient _gateways = gateways.WithTimeout(TimeSpan.FromMilliseconds(options.Limits.GatewayMilliseconds));

    /// <summary>A merchant writes to the buyer of a code.</summary>
    public async Task SendMessageToUserAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var uid = scope.ActingUid();
        var arguments = scope.Arguments;
        var device = arguments.Text("client_id");
        if (!ClientId.TryParse(device, out var client) || !(await _gateways.IsOnlineAsync(client, context.RequestAborted)).Value)
        {
            await ShopEndpoints.StatusAsync(context, -2);
            return;
        }

        var recipient = arguments.Text("toUserCode") ?? "";
        var to = recipients.Find(ConversationKey.Shop, uid, recipient, byBackend: false);
        if (!codes.TryDecode(recipient, out _) || !codes.TryDecode(arguments.Text("myCode"), out var self) || self != uid || !await MayAnswerAsync(uid, to))
        {
            await ShopEndpoints.StatusAsync(context, -1);
            return;
        }

        // Before its pictures are stored.
        if (to is null)
        {
            await ShopEndpoints.StatusAsync(context, -3);
            return;
        }

        var message = arguments.Text("message") ?? "";
        if (MixedMessage.HasTooManyTags(message))
        {
            await ShopEndpoints.StatusAsync(context, -3, $"A message holds at most {MixedMessage.MostTags} tags; nothing was sent.");
            return;
        }

        var (content, fault) = await ContentAsync(uid, message);
        if (content is null)
        {
            await RefuseAsync(context, -3, fault);
            return;
        }

        var outcome = await road.SendAsync(new SendCommand
        {
            Application = ConversationKey.Shop,
            Sender = uid,
            Recipient = recipient,
            Type = 1,
            Content = content.Text,
            Parts = content.Parts,
            Html = content.Html,
            Asked = message,
            ClientMsgId = arguments.Text("client_msg_id") ?? "",
            SenderClientId = device ?? "",
        });
        await shop.AnswerAsync(context, outcome, null);
    }

    /// <summary>A buyer sends pictures from WeChat; the route is spelled so.</summary>
    public async Task UploadImageAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var uid = scope.ActingUid();
        var arguments = scope.Arguments;
        var images = arguments.List("images", options.Limits.ListLength) ?? [];
        arguments.ThrowIfFaulty();
        if (images.Count == 0)
        {
            return;
        }

        if (arguments.Text("client_id") is not { Length: ClientId.TextLength } device)
        {
            await ShopEndpoints.StatusAsync(context, -1);
            return;
        }

        var merchant = arguments.Text("toMid");
        if (string.IsNullOrEmpty(merchant))
        {
            await ShopEndpoints.StatusAsync(context, -2);
            return;
        }

        if (images.Count > options.Limits.PicturesPerMessage)
        {
            await RefuseAsync(context, -2, MediaFault.TooMany);
            return;
        }

        // Before anything is fetched and stored.
        if (recipients.Find(ConversationKey.Shop, uid, merchant, scope.Caller.IsBackend) is not { } to
            || !(scope.Caller.IsBackend || await recipients.IsKnownAsync(to)))
        {
            await ShopEndpoints.StatusAsync(context, -3);
            return;
        }

        var (addresses, fault) = await media.SaveAsync(uid, await weChat.FetchAsync(images, context.RequestAborted), picturesOnly: true);
        if (fault != MediaFault.None)
        {
            await RefuseAsync(context, fault == MediaFault.NoPicture ? -2 : -3, fault);
            return;
        }

        var outcome = await road.SendAsync(new SendCommand
        {
            Application = ConversationKey.Shop,
            Sender = uid,
            Recipient = merchant,
            Type = 3,
            Content = JsonSerializer.Serialize(addresses, RelaxedJson.Options),
            Asked = string.Join('\n', images),
            ClientMsgId = arguments.Text("client_msg_id") ?? "",
            SenderClientId = device,
            ByBackend = scope.Caller.IsBackend,
        });
        await shop.AnswerAsync(context, outcome, null);
    }

    /// <summary><c>POST /api/v1/uploads</c>: one picture, as a file of a form or as the body.</summary>
    public async Task UploadAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context, forAgents: true);
        var uid = scope.ActingUid();
        if (scope.Arguments.Files is not [{ } file])
        {
            throw RequestException.Field("file", "must be one picture.");
        }

        var (addresses, fault) = await media.SaveAsync(uid, [file.Content]);
        switch (fault)
        {
            case MediaFault.NoPicture:
                throw RequestException.Field(
                    "file",
                    $"must be a JPEG, PNG, GIF or WebP picture of at most {options.Limits.PictureBytes} bytes and {options.Limits.PicturePixels} pixels.");
            case MediaFault.OverQuota:
                throw new RequestException(Problem.OverQuota, "Enough pictures for 24 hours.");
            case MediaFault.NotStored:
                throw new RequestException(Problem.Unavailable, "The picture could not be stored now; try again.");
        }

        await Replies.JsonAsync(context, json => json.WriteString("path"u8, addresses[0]));
    }

    /// <summary><c>GET /upload/…</c>: stored pictures; nothing in them may be taken for a page or run.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        if (media.Find((string?)context.Request.RouteValues["path"] ?? "") is not { } found)
        {
            throw new RequestException(Problem.NotFound, "There is no such picture.");
        }

        var headers = context.Response.Headers;
        headers.ContentType = found.ContentType;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        await context.Response.SendFileAsync(found.File, context.RequestAborted);
    }

    // A merchant has a product, or had one when the conversation began.
    private async ValueTask<bool> MayAnswerAsync(string uid, Recipient? to) =>
        await products.IsMerchantAsync(uid) || (to is { } buyer && await recipients.IsOpenAsync(buyer.Conversation));

    private async Task<(MixedContent? Content, MediaFault Fault)> ContentAsync(string uid, string message)
    {
        var parts = MixedMessage.Parse(message);
        if (parts is null || parts.Count == 0)
        {
            return (null, MediaFault.None);
        }

        // Before pictures are stored for a message that will not be.
        if (parts.Sum(part => (long)(part.Text?.Length ?? 0)) > options.Limits.ContentBytes)
        {
            return (null, MediaFault.TooLong);
        }

        var pictures = parts.Select(part => part.Picture).OfType<byte[]>().ToList();
        if (pictures.Count > options.Limits.PicturesPerMessage)
        {
            return (null, MediaFault.TooMany);
        }

        var (addresses, fault) = pictures.Count > 0 ? await media.SaveAsync(uid, pictures) : ([], MediaFault.None);
        if (fault != MediaFault.None)
        {
            return (null, fault);
        }

        var content = new MixedContent();
        var next = 0;
        foreach (var part in parts)
        {
            if (part.Text is { } text)
            {
                content.AddText(text);
            }
            else
            {
                content.AddPicture(addresses[next++]);
            }
        }

        return (content, MediaFault.None);
    }

    // Old pages read the number; the words are for whoever looks for the reason.
    private Task RefuseAsync(HttpContext context, int status, MediaFault fault) => ShopEndpoints.StatusAsync(context, status, fault switch
    {
        MediaFault.TooMany => $"A message holds at most {options.Limits.PicturesPerMessage} pictures; nothing was sent.",
        MediaFault.TooLong => $"The text is longer than {options.Limits.ContentBytes} bytes; nothing was sent.",
        MediaFault.OverQuota => "Enough pictures for 24 hours; nothing was sent.",
        _ => null,
    });
}
