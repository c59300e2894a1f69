using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>Reads rows of <c>hp_chat_log</c> and <c>chat</c> as the old applications wrote them (docs/dev/applications.md 1.1, 1.2).</summary>
internal sealed class OldRows(WebApiOptions options)
{
    private const string ShopPrefix = "hp:";
    private const string ServicePrefix = "chat:";

    // A time past the year 9999 cannot be shown by anything.
    private const long LastSecond = 253_402_300_799;

    public IReadOnlyList<OldTable> Tables { get; } =
    [
        new(
            OldTableShape.Shop,
            ShopPrefix,
            [
                ("id", true), ("user_id", true), ("merchant_id", true), ("send_message", true), ("send_message_type", false), ("sender", true),
                ("send_time", true),
                ("read_status", false), ("acc_isonline", false),
            ],
            row => ReadShop(row, options)),
        new(
            OldTableShape.Service,
            ServicePrefix,
            [("id", true), ("msg", true), ("openid", true), ("type", true), ("isread", false), ("creat_time", true)],
            row => ReadService(row, options)),
    ];

    private static OldRowReading ReadShop(OldRow row, WebApiOptions options)
    {
        var buyer = row.Number("user_id");
        if (buyer <= 0)
        {
            return OldRowReading.Skip("user_id is not the number of a buyer");
        }

        var (merchant, remark) = Merchant(row.Text("merchant_id"));
        if (merchant is null)
        {
            return OldRowReading.Skip(remark!);
        }

        var (type, text, sender) = (row.Number("send_message_type"), Clean(row.Text("send_message")), row.Number("sender"));
        if (sender is not (1 or 2))
        {
            remark = "sender is neither 1 nor 2: read as the merchant's";
        }

        var message = new BulkRow
        {
            Id = row.Number("id"),
            Key = ShopPrefix + row.Text("id"),
            Conversation = ConversationKey.Between(string.Create(CultureInfo.InvariantCulture, $"U_{buyer}"), merchant),
            FromA = sender == 1,
            Type = type is 2 or 3 ? (int)type : 1,
            Content = text,
            SentAtMs = Math.Clamp(row.Number("send_time"), 0, LastSecond) * 1000,
            IsRead = row.Number("read_status") == 1,
            ReceiverOnline = row.Number("acc_isonline") == 1,
        };
        message = type switch
        {
            2 when Card(text, options.CardFields) is { } card => message with { Content = card },
            3 when IsListOfTexts(text) => message,
            _ => OfHtml(message with { Type = 1 }, text),
        };
        return new OldRowReading(message, remark);
    }

    // Old columns may end in blanks, and the old application wrote its merchants' bare numbers in places.
    private static (string? Uid, string? Remark) Merchant(string text)
    {
        var name = text.Trim();
        if (name.Length == 0)
        {
            return (null, "merchant_id is empty");
        }

        if (!name.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return name[0] == '0' ? (null, "merchant_id is not the number of a merchant") : ("V_" + name, "merchant_id has no prefix: read as V_");
        }

        return !Uids.IsValid(name) ? (null, "merchant_id is not a uid")
            : Uids.IsBuyer(name) ? (null, "merchant_id is a buyer's")
            : (name, name.Length < text.Length ? "merchant_id has blanks around it: read without" : null);
    }

    private static OldRowReading ReadService(OldRow row, WebApiOptions options)
    {
        var openid = row.Text("openid").Trim();
        return openid.Length == 0
            ? OldRowReading.Skip("openid is empty")
            : !Uids.IsValid(openid) ? OldRowReading.Skip("openid is not a uid") : new OldRowReading(new BulkRow
            {
                Id = row.Number("id"),
                Key = ServicePrefix + row.Text("id"),
                Conversation = ConversationKey.OfVisitor(openid),
                FromA = row.Number("type") == 2,
                Type = 1,
                Content = Clean(row.Text("msg")),
                SentAtMs = Time(row.Text("creat_time"), options.TimeZone),
                IsRead = row.Number("isread") == 1,
            });
    }

    // What no client may send either: the view could not show it alike on both databases.
    private static string Clean(string text) => text.Replace("\0", "", StringComparison.Ordinal);

    // Old rows hold what the page inserted as HTML; the log holds text, and pictures as parts.
    private static BulkRow OfHtml(BulkRow message, string html)
    {
        var content = new MixedContent();
        foreach (var part in MixedMessage.ParseStored(html))
        {
            if (part.Address is { } address)
            {
                content.AddPicture(address);
            }
            else if (part.Text is { } text)
            {
                content.AddText(text);
            }
        }

        return message with { Content = content.Text, Parts = content.Parts, Html = content.Html };
    }

    // The fields a card may show, the last of each name, as PHP reads it.
    private static string? Card(string text, IReadOnlyCollection<string> fields)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var card = new JsonObject();
            foreach (var field in json.RootElement.EnumerateObject().Where(field => fields.Contains(field.Name)))
            {
                card[field.Name] = JsonNode.Parse(field.Value.GetRawText());
            }

            return card.ToJsonString(RelaxedJson.Options);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            // Not the card it claims to be, or with half a character in it: kept as text.
            return null;
        }
    }

    private static bool IsListOfTexts(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Array && json.RootElement.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.String);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // What is no date, like MySQL's 0000-00-00, becomes 1970.
    private static long Time(string text, TimeZoneInfo zone)
    {
        var local = DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed) ? parsed : DateTime.UnixEpoch;
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        // An hour that the clock skipped in spring is read as the one after.
        return Math.Max(
            0, new DateTimeOffset(local.Ticks < TimeSpan.TicksPerDay ? DateTime.UnixEpoch : local, zone.GetUtcOffset(local)).ToUnixTimeMilliseconds());
    }
}
