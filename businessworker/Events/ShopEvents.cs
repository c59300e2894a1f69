using System.Globalization;
using Microsoft.Extensions.Logging;
using Portico.Client;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// The shop's chat: handshake, pong, send. Messages are stored and pushed by the message log; here they are only checked. An old client is
/// never sent anything but the handshake's answer; what it sends wrongly is dropped and counted.
/// </summary>
internal sealed partial class ShopEvents(WorkerServices worker) : IEvents
{
    // An old client cannot send again: it is not told. Ten seconds outlast a restart of the log.
    private static readonly TimeSpan[] Retries =
        [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    private readonly ILogger _log = worker.Logs.CreateLogger<ShopEvents>();

    public ValueTask OnMessage(ClientContext client, ClientMessage message)
    {
        if (!ShopFrame.TryRead(message.Bytes, out var frame))
        {
            return RefuseAsync(client, "bad_json", "This is not a JSON object with a type.", "");
        }

        return frame.Type switch
        {
            "send" => SendAsync(client, frame),
            "handshake" => ShakeHandsAsync(client),
            "pong" or "ping" => default,
            "sync" or "read" or "typing" or "recall" when client.SpeaksPortico => PassOnAsync(client, message.Bytes, frame.ClientMessageId),
            _ => RefuseAsync(client, "unknown_type", "This type is unknown here.", frame.ClientMessageId),
        };
    }

    private ValueTask ShakeHandsAsync(ClientContext client)
    {
        var time = TimeOfDay(worker.Clock.GetUtcNow());
        return client.SendAsync(JsonFrame.Write("handshake", (Client: client, Time: time), static (json, answer) =>
        {
            json.WriteString("client_id"u8, answer.Client.Id.ToString());
            json.WriteString("time"u8, answer.Time);
            if (answer.Client.SpeaksPortico)
            {
                json.WriteString("uid"u8, answer.Client.Uid);
            }
        }));
    }

    // What these frames mean stands with the log; here is only who asks.
    private async ValueTask PassOnAsync(ClientContext client, ReadOnlyMemory<byte> frame, string clientMessageId)
    {
        if (client.Uid is not { } uid)
        {
            await RefuseAsync(client, "unbound", "This connection is bound to no uid.", clientMessageId);
            return;
        }

        var answer = await worker.MessageLog.HandleAsync("shop", uid, client.Id.ToString(), frame);
        if (answer is null)
        {
            await RefuseAsync(client, "unavailable", "The message log is away for the moment; try again.", clientMessageId);
        }
        else if (!answer.Value.IsEmpty)
        {
            await client.SendAsync(answer.Value.Span);
        }
    }

    private ValueTask SendAsync(ClientContext client, ShopFrame frame)
    {
        if (client.Uid is not { } uid)
        {
            return RefuseAsync(client, "unbound", "This connection is bound to no uid.", frame.ClientMessageId);
        }

        if (frame.Fault is { } fault)
        {
            return RefuseAsync(client, "bad_field", fault, frame.ClientMessageId);
        }

        var message = new LogMessage
        {
            Application = "shop",
            Sender = uid,
            Recipient = frame.Recipient,
            Type = frame.ContentType,
            Content = frame.Content,
            ClientMessageId = client.SpeaksPortico ? frame.ClientMessageId : "",
            EventId = client.EventId,
            SenderClientId = client.Id.ToString(),
        };
        return StoreAsync(client, message);
    }

    private async ValueTask StoreAsync(ClientContext client, LogMessage message)
    {
        var reply = await worker.MessageLog.SendAsync(message);
        for (var i = 0; reply.Status == LogStatus.Unavailable && i < Retries.Length && !client.SpeaksPortico; i++)
        {
            await Task.Delay(Retries[i], worker.Clock);
            reply = await worker.MessageLog.SendAsync(message);
        }

        if (reply.Status != LogStatus.Stored)
        {
            NotStored(_log, reply.Status, reply.Error);
            await RefuseAsync(client, Code(reply.Status), reply.Error.Length > 0 ? reply.Error : "The message was not stored.", message.ClientMessageId);
            return;
        }

        if (client.SpeaksPortico)
        {
            await client.SendAsync(Ack(message, reply));
        }
    }

    private byte[] Ack(LogMessage message, LogAnswer reply)
    {
        return JsonFrame.Write("ack", (message.ClientMessageId, Reply: reply, Time: TimeOfDay(reply.SentAt)), static (json, ack) =>
        {
            json.WriteString("client_msg_id"u8, ack.ClientMessageId);
            json.WriteNumber("primary"u8, ack.Reply.Id);
            json.WriteString("conversation"u8, ack.Reply.Conversation);
            json.WriteNumber("seq"u8, ack.Reply.Sequence);
            json.WriteString("time"u8, ack.Time);
            json.WriteNumber("timestamp"u8, ack.Reply.SentAt.ToUnixTimeSeconds());
            if (ack.Reply.Repeated)
            {
                json.WriteNumber("repeated"u8, 1);
            }
        });
    }

    private static ValueTask RefuseAsync(ClientContext client, string code, string message, string clientMessageId)
    {
        ModuleMetrics.Refused("shop", code);
        return client.SpeaksPortico
            ? client.SendAsync(JsonFrame.Write("error", (code, message, clientMessageId), static (json, error) =>
            {
                json.WriteString("code"u8, error.code);
                json.WriteString("message"u8, error.message);
                if (error.clientMessageId.Length > 0)
                {
                    json.WriteString("client_msg_id"u8, error.clientMessageId);
                }
            }))
            : default;
    }

    private static string Code(LogStatus status) => status switch
    {
        LogStatus.Invalid => "bad_field",
        LogStatus.UnknownRecipient => "unknown_recipient",
        LogStatus.Conflict => "conflict",
        _ => "unavailable",
    };

    private string TimeOfDay(DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, worker.TimeZone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
