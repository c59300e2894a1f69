using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>Reads rows of <c>hp_chat_log</c> and <c>chat</c> as the old applications wrote them (DESIGN.md 1.1, 1.2).</summary>
internal sealed class OldRows(WebApiOptions options)
{
    public IReadOnlyList<OldTable> Tables =>
    [
        new("hp_chat_log", "id, user_id, merchant_id, send_message, send_message_type, sender, send_time, read_status, acc_isonline", ReadShop),
        new("chat", "id, msg, openid, type, isread, CAST(creat_time AS CHAR(19)) AS creat_time", ReadService),
    ];

    private OldMessage? ReadShop(IDictionary<string, object?> row)
    {
        var (buyer, merchant) = (Number(row, "user_id"), Text(row, "merchant_id"));
        if (buyer <= 0 || !Uids.IsValid(merchant))
        {
            return null;
        }

        var (type, text) = ((int)Number(row, "send_message_type"), Text(row, "send_message"));
        var message = new OldMessage
        {
            Id = Number(row, "id"),
            Key = "hp:" + Text(row, "id"),
            Conversation = ConversationKey.Between(string.Create(CultureInfo.InvariantCulture, $"U_{buyer}"), merchant),
            FromA = Number(row, "sender") == 1,
            Type = type,
            Content = text,
            SentAtMs = Number(row, "send_time") * 1000,
            IsRead = Number(row, "read_status") == 1,
            ReceiverOnline = Number(row, "acc_isonline") == 1,
        };
        return type switch
        {
            2 when Card(text) is { } card => message with { Content = card },
            3 when IsListOfTexts(text) => message,
            _ => OfHtml(message with { Type = 1 }, text),
        };
    }

    private OldMessage? ReadService(IDictionary<string, object?> row)
    {
        var openid = Text(row, "openid");
        return !Uids.IsValid(openid) ? null : new OldMessage
        {
            Id = Number(row, "id"),
            Key = "chat:" + Text(row, "id"),
            Conversation = ConversationKey.OfVisitor(openid),
            FromA = Number(row, "type") == 2,
            Type = 1,
            Content = Text(row, "msg").Replace("\0", "", StringComparison.Ordinal),
            SentAtMs = Time(row["creat_time"]),
            IsRead = Number(row, "isread") == 1,
        };
    }

    // Old rows hold what the page inserted as HTML; the log holds text, and pictures as parts.
    private static OldMessage OfHtml(OldMessage message, string html)
    {
        var content = new MixedContent();
        foreach (var part in MixedMessage.Parse(html.Replace("\0", "", StringComparison.Ordinal), withAddresses: true) ?? [])
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

    private string? Card(string text)
    {
        try
        {
            if (JsonNode.Parse(text) is not JsonObject card)
            {
                return null;
            }

            foreach (var name in card.Select(pair => pair.Key).Except(options.CardFields).ToList())
            {
                card.Remove(name);
            }

            return card.ToJsonString(RelaxedJson.Options);
        }
        catch (JsonException)
        {
            // Not the card it claims to be: kept as text.
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

    private static string Text(IDictionary<string, object?> row, string name) => Convert.ToString(row[name], CultureInfo.InvariantCulture) ?? "";

    private static long Number(IDictionary<string, object?> row, string name) =>
        long.TryParse(Text(row, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // Read as text: a driver's DateTime cannot hold MySQL's 0000-00-00, which becomes 1970 here.
    private long Time(object? value)
    {
        var local = value is DateTime time ? time
            : DateTime.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed) ? parsed
            : DateTime.UnixEpoch;
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        // An hour that the clock skipped in spring is read as the one after.
        return new DateTimeOffset(local, options.TimeZone.GetUtcOffset(local)).ToUnixTimeMilliseconds();
    }
}
