using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portico.Contracts.Ids;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>What surrounds the messages below /api/v1: products, codes, presence.</summary>
internal sealed class DirectoryEndpoints(RequestScopes scopes, ProductTable products, OpaqueCodes codes, OnlineState online, WebApiOptions options)
{
    private static readonly string[] OwnFields = ["merchant_uid", "title", "image", "url", "price"];

    /// <summary><c>PUT /api/v1/products/{id}</c>: <c>merchant_uid, title, image, url, price</c> and any further fields.</summary>
    public async Task PutProductAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        scope.RequireBackend();
        var arguments = scope.Arguments;
        var id = IdOf(context);
        var product = new ProductRow
        {
            Id = id,
            MerchantUid = MerchantOf(arguments),
            Title = arguments.Required("title"),
            Image = arguments.Text("image") ?? "",
            Url = arguments.Text("url") ?? "",
            Price = arguments.Text("price"),
            Fields = Further(arguments),
        };
        arguments.KnowAll();
        arguments.ThrowIfFaulty();
        await products.PutAsync(product);
        await Replies.JsonAsync(context, json =>
        {
            json.WriteNumber("id"u8, id);
            json.WriteString("merchant_uid"u8, product.MerchantUid);
        });
    }

    /// <summary><c>GET /api/v1/products/{id}</c>: the card, which is all that a buyer may see.</summary>
    public async Task GetProductAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        scope.Arguments.ThrowIfFaulty();
        var product = await products.FindAsync(IdOf(context)) ?? throw new RequestException(Problem.NotFound, "There is no such product.");
        await Replies.JsonAsync(context, json =>
        {
            json.WritePropertyName("card"u8);
            json.WriteRawValue(ProductCard.ToJson(product, options.CardFields), skipInputValidation: true);
        });
    }

    /// <summary><c>DELETE /api/v1/products/{id}</c>.</summary>
    public async Task DeleteProductAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        scope.RequireBackend();
        scope.Arguments.ThrowIfFaulty();
        var removed = await products.RemoveAsync(IdOf(context));
        await Replies.JsonAsync(context, json => json.WriteNumber("removed"u8, removed ? 1 : 0));
    }

    /// <summary>
    /// <c>POST /api/v1/codes</c>: <c>uids</c> to <c>{"codes":{uid:code}}</c>, or <c>codes</c> to <c>{"uids":{code:uid or null}}</c>. A user
    /// gets the code of himself and no more.
    /// </summary>
    public async Task CodesAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var arguments = scope.Arguments;
        var asked = arguments.List("codes", options.Limits.ListLength);
        var named = arguments.List("uids", options.Limits.ListLength) ?? arguments.List("uid", options.Limits.ListLength);
        var uids = scope.Caller.Uid is { } self ? new List<string> { self } : named ?? [];
        if (uids.Exists(uid => !Uids.IsValid(uid)))
        {
            arguments.Fault("uids", "must hold uids of 1 to 128 characters without blanks.");
        }
        else if (uids.Count == 0 && asked is null)
        {
            arguments.Fault("uids", "is missing (or codes, to read them).");
        }

        arguments.ThrowIfFaulty();
        await Replies.JsonAsync(context, json =>
        {
            json.WriteStartObject("codes"u8);
            uids.ForEach(uid => json.WriteString(uid, codes.Encode(uid)));
            json.WriteEndObject();
            if (asked is not null && scope.Caller.IsBackend)
            {
                json.WriteStartObject("uids"u8);
                asked.ForEach(code => json.WriteString(code, codes.TryDecode(code, out var uid) ? uid : null));
                json.WriteEndObject();
            }
        });
    }

    /// <summary><c>GET /api/v1/presence?uids=a,b</c>, or <c>uids[]=a&amp;uids[]=b</c>: uids or codes to 0 and 1, or to null where it is not known.</summary>
    public async Task PresenceAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var arguments = scope.Arguments;
        var names = Split(arguments.List("uids", options.Limits.PageLength) ?? arguments.List("of", options.Limits.PageLength));
        if (names is null)
        {
            arguments.Fault("uids", "is missing.");
        }
        else if (names.Count > options.Limits.PageLength)
        {
            arguments.Fault("uids", $"holds more than {options.Limits.PageLength} entries.");
        }

        arguments.ThrowIfFaulty();
        var known = await online.AskAsync(scope.Caller.Uid, names!, context.RequestAborted);
        await Replies.JsonAsync(context, json => OnlineState.Write(json, known));
    }

    // One text names several by commas; in a list each entry is one name.
    private static List<string>? Split(List<string>? names) => names is [var only] ? [.. only.Split(',', StringSplitOptions.RemoveEmptyEntries)] : names;

    // Prefix and number are what hp_chat_log and old pages show of a merchant, and what tells him from a buyer.
    private static string MerchantOf(Arguments arguments)
    {
        var uid = arguments.Uid("merchant_uid");
        if (!Uids.IsNumberedMerchant(uid))
        {
            arguments.Fault("merchant_uid", "must be V_ or E_ and a number, like V_2.");
        }

        return uid;
    }

    private static long IdOf(HttpContext context) =>
        long.TryParse(
            (string?)context.Request.RouteValues["id"], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id)
            && id > 0
            ? id
            : throw RequestException.Field("id", "must be a positive number.");

    private static string Further(Arguments arguments)
    {
        var fields = new Dictionary<string, object?>();
        if (arguments.Json is { } json)
        {
            foreach (var property in json.EnumerateObject().Where(property => !OwnFields.Contains(property.Name) && property.Name != "id"))
            {
                fields[property.Name] = property.Value;
            }
        }

        foreach (var (name, value) in arguments.Fields.Where(field => !OwnFields.Contains(field.Key) && field.Key != "id"))
        {
            fields[name] = value;
        }

        return JsonSerializer.Serialize(fields, RelaxedJson.Options);
    }
}
