using System.Globalization;
using System.Text.Json;
using Portico.Client;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>The answers that a worker gives by itself to clients of portico.v1.</summary>
internal static class ServiceReplies
{
    public static byte[] Handshake(ClientContext client, ServiceIdentity who, string time) => JsonFrame.Write("handshake", (client, who, time), static (json, answer) =>
    {
        json.WriteString("client_id"u8, answer.client.Id.ToString());
        json.WriteString("time"u8, answer.time);
        json.WriteString("role"u8, answer.who.IsAgent ? "agent"u8 : "visitor"u8);
        json.WriteString("uid"u8, answer.who.Name);
    });

    public static byte[] Ack(ClientFrame frame) => JsonFrame.Write("ack", frame, WriteNames);

    public static byte[] Ack(ClientFrame frame, LogAnswer stored, TimeZoneInfo zone) => JsonFrame.Write("ack", (frame, stored, zone), static (json, ack) =>
    {
        WriteNames(json, ack.frame);
        json.WriteNumber("primary"u8, ack.stored.Id);
        json.WriteString("conversation"u8, ack.stored.Conversation);
        json.WriteNumber("seq"u8, ack.stored.Sequence);
        json.WriteString("time"u8, TimeOfDay(ack.stored.SentAt, ack.zone));
        json.WriteNumber("timestamp"u8, ack.stored.SentAt.ToUnixTimeSeconds());
        if (ack.stored.Repeated)
        {
            json.WriteNumber("repeated"u8, 1);
        }
    });

    public static byte[] Error(ClientFrame? frame, string code, string message) => JsonFrame.Write("error", (frame, code, message), static (json, error) =>
    {
        json.WriteString("code"u8, error.code);
        json.WriteString("message"u8, error.message);
        if (error.frame is { } frame)
        {
            WriteNames(json, frame);
        }
    });

    public static string TimeOfDay(DateTimeOffset time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static void WriteNames(Utf8JsonWriter json, ClientFrame frame)
    {
        if (frame.Reference.Length > 0)
        {
            json.WriteString("ref"u8, frame.Reference);
        }

        if (frame.ClientMessageId.Length > 0)
        {
            json.WriteString("client_msg_id"u8, frame.ClientMessageId);
        }
    }
}
