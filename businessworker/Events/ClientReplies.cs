using System.Text.Json;
using Portico.Client;

namespace Portico.BusinessWorker.Events;

/// <summary>The answers that a worker gives by itself to portico.v1 clients of the shop and of the customer service.</summary>
internal static class ClientReplies
{
    public static byte[] Ack(ClientFrame frame) => JsonFrame.Write("ack", frame, WriteNames);

    /// <summary>Confirms a message. With what the sender has, it holds all that the log has of it.</summary>
    public static byte[] Ack(ClientFrame frame, LogAnswer stored, string time) => JsonFrame.Write("ack", (frame, stored, time), static (json, ack) =>
    {
        WriteNames(json, ack.frame);
        json.WriteNumber("primary"u8, ack.stored.Id);
        json.WriteString("conversation"u8, ack.stored.Conversation);
        json.WriteNumber("seq"u8, ack.stored.Sequence);
        json.WriteString("time"u8, ack.time);
        json.WriteNumber("timestamp"u8, ack.stored.SentAt.ToUnixTimeSeconds());
        json.WriteNumber("sent_at"u8, ack.stored.SentAt.ToUnixTimeMilliseconds());
        if (ack.stored.Repeated)
        {
            json.WriteNumber("repeated"u8, 1);
        }

        WriteContent(json, ack.frame, ack.stored);
    });

    public static byte[] Error(ClientFrame? frame, string code, string message, TimeSpan retryAfter) =>
        JsonFrame.Write("error", (frame, code, message, retryAfter), static (json, error) =>
    {
        json.WriteString("code"u8, error.code);
        json.WriteString("message"u8, error.message);
        if (error.retryAfter > TimeSpan.Zero)
        {
            json.WriteNumber("retry_after"u8, (long)error.retryAfter.TotalSeconds);
        }

        if (error.frame is { } frame)
        {
            WriteNames(json, frame);
        }
    });

    private static void WriteContent(Utf8JsonWriter json, ClientFrame frame, LogAnswer stored)
    {
        if (stored.Content is not { } content)
        {
            return;
        }

        json.WritePropertyName("content"u8);
        if (frame.ContentType == 1 || stored.Recalled)
        {
            json.WriteStringValue(content);
        }
        else
        {
            json.WriteRawValue(content);
        }

        if (stored.Parts.Length > 0)
        {
            json.WritePropertyName("parts"u8);
            json.WriteRawValue(stored.Parts);
        }

        if (stored.Recalled)
        {
            json.WriteBoolean("recalled"u8, true);
        }
    }

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
