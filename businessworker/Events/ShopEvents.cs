using System.Globalization;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.Contracts.Results;
using Portico.Hosting;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// The shop's chat: handshake, pong, send. Messages are stored and pushed by the message log; here they are only checked. An old client is
/// never sent anything but the handshake's answer; what it sends wrongly is dropped and counted.
/// </summary>
internal sealed class ShopEvents(WorkerServices worker) : IEvents, IDisposable
{
    private static readonly CloseReason UnknownToken = new(1008, "token is unknown");
    private static readonly CloseReason UncheckedToken = new(1013, "user tokens cannot be checked here, try again later");

    private readonly RefusedSends _refused = new("shop", worker.Clock, worker.Logs.CreateLogger<RefusedSends>());
    private readonly UserTokens? _tokens = WorkerTokens.Read(worker.Configuration);
    private readonly RepeatedWarnings _warnings = new(worker.Clock, worker.Logs.CreateLogger<RepeatedWarnings>());
    private readonly TokenLeases _leases = new(worker.Gateway, worker.Clock);

    /// <summary>A portico.v1 client may show its user token, and is then bound at once. An old one binds over HTTP, as always.</summary>
    public async ValueTask OnWebSocketConnect(ClientContext client)
    {
        if (!client.SpeaksPortico || ShownToken.Of(client) is not { Length: > 0 } token)
        {
            return;
        }

        if (_tokens is null)
        {
            // Never as a stranger: the page would wait for messages that cannot come.
            ModuleMetrics.Refused("shop", "unchecked_token");
            _warnings.Add(WorkerTokens.Subject, WorkerTokens.NoSecret);
            await client.CloseAsync(UncheckedToken);
            return;
        }

        switch (_tokens.Verify(token, worker.Clock.GetUtcNow(), out var says))
        {
            case TokenStatus.Valid when says.IsShopUser:
                await client.BindUidAsync(says.Uid);
                _leases.Begin(client, says.Expires);
                break;
            case TokenStatus.Expired:
                await client.CloseAsync(CloseReason.TokenExpired);
                break;
            default:
                ModuleMetrics.Refused("shop", "unknown_token");
                _warnings.Add(WorkerTokens.Subject, WorkerTokens.NotValid);
                await client.CloseAsync(UnknownToken);
                break;
        }
    }

    public ValueTask OnMessage(ClientContext client, ClientMessage message) => client.SpeaksPortico && !_leases.IsGood(client)
        ? client.CloseAsync(CloseReason.TokenExpired)
        : HandleAsync(client, message.Bytes);

    public ValueTask OnClose(ClientContext client)
    {
        _leases.End(client);
        return default;
    }

    public ValueTask OnWorkerStop(WorkerServices worker)
    {
        Dispose();
        return default;
    }

    public void Dispose()
    {
        _leases.Dispose();
        _warnings.Dispose();
    }

    private ValueTask HandleAsync(ClientContext client, ReadOnlyMemory<byte> bytes)
    {
        if (!ClientFrame.TryRead(bytes, out var frame))
        {
            return RefuseAsync(client, null, "bad_json", "This is not a JSON object with a type.");
        }

        return frame.Type switch
        {
            "send" => SendAsync(client, frame),
            "handshake" => client.SendAsync(ShopReplies.Handshake(client, TimeOfDay(worker.Clock.GetUtcNow()))),
            "pong" or "ping" => default,
            "token" when client.SpeaksPortico => RenewAsync(client, frame),
            "sync" or "read" or "typing" or "recall" or "online" when client.SpeaksPortico => PassOnAsync(client, frame, bytes),
            _ => RefuseAsync(client, frame, "unknown_type", "This type is unknown here."),
        };
    }

    // Also for one that was bound over HTTP: from then on its connection ends with the token that it has shown.
    private ValueTask RenewAsync(ClientContext client, ClientFrame frame)
    {
        if (client.Uid is not { } uid)
        {
            return RefuseAsync(client, frame, "unbound", "This connection is bound to no uid.");
        }

        if (_tokens?.Verify(frame.Token, worker.Clock.GetUtcNow(), out var says) is not TokenStatus.Valid || says.Uid != uid || !says.IsShopUser)
        {
            return RefuseAsync(client, frame, "unauthorized", "This token is not good for this connection.");
        }

        _leases.Begin(client, says.Expires);
        return client.SendAsync(ClientReplies.Ack(frame));
    }

    // What these frames mean stands with the log; here is only who asks.
    private async ValueTask PassOnAsync(ClientContext client, ClientFrame frame, ReadOnlyMemory<byte> bytes)
    {
        if (client.Uid is not { } uid)
        {
            await RefuseAsync(client, frame, "unbound", "This connection is bound to no uid.");
            return;
        }

        var answer = await worker.MessageLog.HandleAsync("shop", uid, client.Id.ToString(), bytes);
        if (answer is null)
        {
            await RefuseAsync(client, frame, "unavailable", "The message log is away for the moment; try again.");
        }
        else if (!answer.Value.IsEmpty)
        {
            await client.SendAsync(answer.Value.Span);
        }
    }

    private ValueTask SendAsync(ClientContext client, ClientFrame frame)
    {
        if (client.Uid is not { } uid)
        {
            return RefuseAsync(client, frame, "unbound", "This connection is bound to no uid.");
        }

        if ((frame.Fault ?? (frame.Recipient.Length == 0 ? "toClientUid is missing." : null)) is { } fault)
        {
            return RefuseAsync(client, frame, "bad_field", fault);
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
            Seen = client.SpeaksPortico ? frame.Seen : null,
        };
        return StoreAsync(client, frame, message);
    }

    private async ValueTask StoreAsync(ClientContext client, ClientFrame frame, LogMessage message)
    {
        var reply = client.SpeaksPortico ? await worker.MessageLog.SendAsync(message) : await OldClientSend.StoreAsync(worker, message);
        if (reply.Status != LogStatus.Stored)
        {
            _refused.Add(reply);
            await RefuseAsync(client, frame, Code(reply.Status), reply.Error.Length > 0 ? reply.Error : "The message was not stored.", reply.RetryAfter);
            return;
        }

        if (client.SpeaksPortico)
        {
            await client.SendAsync(ClientReplies.Ack(frame, reply, TimeOfDay(reply.SentAt)));
        }
    }

    private static ValueTask RefuseAsync(ClientContext client, ClientFrame? frame, string code, string message, TimeSpan retryAfter = default)
    {
        ModuleMetrics.Refused("shop", code);
        return client.SpeaksPortico ? client.SendAsync(ClientReplies.Error(frame, code, message, retryAfter)) : default;
    }

    private static string Code(LogStatus status) => status switch
    {
        LogStatus.Invalid => "bad_field",
        LogStatus.UnknownRecipient => "unknown_recipient",
        LogStatus.Conflict => "conflict",
        LogStatus.TooFast => "too_fast",
        _ => "unavailable",
    };

    private string TimeOfDay(DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, worker.TimeZone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
