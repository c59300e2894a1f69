using System.Text.Json;
using Portico.Client;

namespace Portico.BusinessWorker.Events;

/// <summary>The answers that a worker gives by itself to clients of the shop.</summary>
internal static class ShopReplies
{
    public static byte[] Handshake(ClientContext client, string time) => JsonFrame.Write("handshake", (client, time), static (json, answer) =>
    {
        json.WriteString("client_id"u8, answer.client.Id.ToString());
        json.WriteString("time"u8, answer.time);
        if (answer.client.SpeaksPortico)
        {
            json.WriteString("uid"u8, answer.client.Uid);
        }
    });

    public static byte[] Ack(ClientFrame frame) => JsonFrame.Write("ack", frame, WriteNames);

    public static byte[] Ack(ClientFrame frame, LogAnswer stored, string time) => JsonFrame.Write("ack", (frame, stored, time), static (json, ack) =>
    {
        WriteNames(json, ack.frame);
        json.WriteNumber("primary"u8, ack.stored.Id);
        json.WriteString("conversation"u8, ack.stored.Conversation);
        json.WriteNumber("seq"u8, ack.stored.Sequence);
        json.WriteString("time"u8, ack.time);
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
