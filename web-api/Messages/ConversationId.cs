using System.Globalization;

namespace Portico.WebApi.Messages;

/// <summary>A conversation's name outside: a text without meaning to clients. Membership is checked wherever one comes in.</summary>
internal static class ConversationId
{
    public static string Format(long conversation) => conversation.ToString(CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out long conversation) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out conversation) && conversation > 0;
}
