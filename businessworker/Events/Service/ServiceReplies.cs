using System.Globalization;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>The answers that a worker gives by itself to clients of portico.v1.</summary>
internal static class ServiceReplies
{
    public static byte[] Handshake(ClientContext client, ServiceIdentity who, string time) =>
        JsonFrame.Write("handshake", (client, who, time), static (json, answer) =>
    {
        json.WriteString("client_id"u8, answer.client.Id.ToString());
        json.WriteString("time"u8, answer.time);
        json.WriteString("role"u8, answer.who.IsAgent ? "agent"u8 : "visitor"u8);
        json.WriteString("uid"u8, answer.who.Name);
    });

    public static string TimeOfDay(DateTimeOffset time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
