using System.Net;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.Contracts.Results;
using Portico.Hosting;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>
/// The customer service (docs/dev/applications.md 1.2): lets users and agents in by their tokens and brings their messages to the log, which stores
/// and pushes them. What clients of portico.v1 have beyond that, the queue above all, stands in web-api; here is only who asks. An old client is
/// never sent anything by this module.
/// </summary>
internal sealed partial class ServiceEvents(WorkerServices worker) : IEvents, IDisposable
{
    private const string Application = "service";
    private const string UngreetedKey = "service_ungreeted";

    private readonly ILogger _log = worker.Logs.CreateLogger<ServiceEvents>();
    private readonly RefusedSends _refused = new(Application, worker.Clock, worker.Logs.CreateLogger<RefusedSends>());
    private readonly TokenLeases _leases = new(worker.Gateway, worker.Clock);
    private readonly ServiceDoor _door = new(worker.Gateway);
    private readonly ServiceTokens _tokens = new(
        ServiceOptions.Read(worker.Configuration, new ConfigurationFaults(), isServed: true), worker.Clock, worker.Logs);

    public ValueTask OnWorkerStart(WorkerServices worker)
    {
        _tokens.Open();
        Admits(_log, _tokens.Admitted);
        return default;
    }

    public async ValueTask OnWebSocketConnect(ClientContext client)
    {
        var admission = await _tokens.AdmitAsync(
            ShownToken.Of(client), client.Handshake.Query["name"].FirstOrDefault() ?? "", client.RemoteEndPoint?.Address ?? IPAddress.None);
        if (admission.Refusal is { } refusal)
        {
            ModuleMetrics.Refused(Application, admission.Code);
            await client.CloseAsync(refusal);
            return;
        }

        if (admission.Expires is { } expires)
        {
            _leases.Begin(client, expires);
        }

        await _door.EnterAsync(client, admission.Identity);
        if (client.SpeaksPortico)
        {
            await GreetAsync(client, admission.Identity);
        }
    }

    public ValueTask OnMessage(ClientContext client, ClientMessage message)
    {
        var who = ServiceIdentity.Of(client.Session);
        if (who.Role == ServiceRole.None)
        {
            // Its close is under way.
            ModuleMetrics.Refused(Application, "unbound");
            return default;
        }

        return !_leases.IsGood(client) ? client.CloseAsync(CloseReason.TokenExpired)
            : client.SpeaksPortico ? (client.Session.Contains(UngreetedKey) ? GreetAndHandleAsync(client, who, message) : HandleAsync(client, who, message))
            : HandleOldAsync(client, who, message);
    }

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
        _tokens.Dispose();
        _leases.Dispose();
    }

    // With the log away it is made up for at the client's next message.
    private async ValueTask GreetAsync(ClientContext client, ServiceIdentity who)
    {
        if (await worker.MessageLog.GreetAsync(Application, who.Member, who.IsAgent ? who.Name : "") is not { } frames)
        {
            client.Session[UngreetedKey] = true;
            return;
        }

        client.Session.Remove(UngreetedKey);
        foreach (var frame in frames)
        {
            await client.SendAsync(frame.Span);
        }
    }

    private async ValueTask GreetAndHandleAsync(ClientContext client, ServiceIdentity who, ClientMessage message)
    {
        await GreetAsync(client, who);
        await HandleAsync(client, who, message);
    }

    private ValueTask HandleOldAsync(ClientContext client, ServiceIdentity who, ClientMessage message)
    {
        if (OldServiceFrame.TryRead(message.Bytes, out var fault) is not { } frame)
        {
            ModuleMetrics.Refused(Application, fault);
            return default;
        }

        if (who.IsAgent && frame.Openid.Length == 0)
        {
            ModuleMetrics.Refused(Application, "bad_field");
            return default;
        }

        return StoreOldAsync(new LogMessage
        {
            Application = Application,
            Sender = who.Name,
            Recipient = who.IsAgent ? frame.Openid : "",
            Type = 1,
            Content = frame.Message,
            EventId = client.EventId,
            SenderClientId = client.Id.ToString(),
        });
    }

    private async ValueTask StoreOldAsync(LogMessage message)
    {
        var reply = await OldClientSend.StoreAsync(worker, message);
        if (reply.Status != LogStatus.Stored)
        {
            ModuleMetrics.Refused(Application, CodeOf(reply.Status));
            _refused.Add(reply);
        }
    }

    private ValueTask HandleAsync(ClientContext client, ServiceIdentity who, ClientMessage message)
    {
        if (!ClientFrame.TryRead(message.Bytes, out var frame))
        {
            return RefuseAsync(client, null, "bad_json", "This is not a JSON object with a type.");
        }

        return frame.Type switch
        {
            "send" => SendAsync(client, who, frame),
            "handshake" => client.SendAsync(ServiceReplies.Handshake(client, who, ServiceReplies.TimeOfDay(worker.Clock.GetUtcNow(), worker.TimeZone))),
            "pong" or "ping" => default,
            "token" => RenewAsync(client, who, frame),
            _ => PassOnAsync(client, who, frame, message.Bytes),
        };
    }

    private ValueTask RenewAsync(ClientContext client, ServiceIdentity who, ClientFrame frame)
    {
        if (_tokens.Renew(frame.Token, who) is not { } expires)
        {
            return RefuseAsync(client, frame, "unauthorized", "This token is not good for this connection.");
        }

        _leases.Begin(client, expires);
        return client.SendAsync(ClientReplies.Ack(frame));
    }

    private async ValueTask SendAsync(ClientContext client, ServiceIdentity who, ClientFrame frame)
    {
        var fault = frame.Fault ?? (who.IsAgent && frame.Recipient.Length == 0 ? "toClientUid is missing." : null);
        if (fault is not null)
        {
            await RefuseAsync(client, frame, "bad_field", fault);
            return;
        }

        var reply = await worker.MessageLog.SendAsync(new LogMessage
        {
            Application = Application,
            Sender = who.Name,
            Recipient = who.IsAgent ? frame.Recipient : "",
            Type = frame.ContentType,
            Content = frame.Content,
            ClientMessageId = frame.ClientMessageId,
            Seen = frame.Seen,
            ByQueue = true,
            EventId = client.EventId,
            SenderClientId = client.Id.ToString(),
        });
        if (reply.Status == LogStatus.Stored)
        {
            await client.SendAsync(ClientReplies.Ack(frame, reply, ServiceReplies.TimeOfDay(reply.SentAt, worker.TimeZone)));
            return;
        }

        _refused.Add(reply);
        await RefuseAsync(client, frame, CodeOf(reply.Status), reply.Error.Length > 0 ? reply.Error : "The message was not stored.", reply.RetryAfter);
    }

    // What these frames mean stands in web-api; here is only who asks.
    private async ValueTask PassOnAsync(ClientContext client, ServiceIdentity who, ClientFrame frame, ReadOnlyMemory<byte> bytes)
    {
        if (frame.Type is not ("sync" or "read" or "typing" or "recall" or "queue" or "claim" or "transfer" or "close" or "capacity" or "canned"
            or "rate" or "leave" or "left"))
        {
            await RefuseAsync(client, frame, "unknown_type", "This type is unknown here.");
            return;
        }

        var answer = await worker.MessageLog.HandleAsync(Application, who.Member, client.Id.ToString(), bytes, who.IsAgent ? who.Name : "");
        if (answer is null)
        {
            await RefuseAsync(client, frame, "unavailable", "The message log is away for the moment; try again.");
        }
        else if (!answer.Value.IsEmpty)
        {
            await client.SendAsync(answer.Value.Span);
        }
    }

    private static ValueTask RefuseAsync(ClientContext client, ClientFrame? frame, string code, string message, TimeSpan retryAfter = default)
    {
        ModuleMetrics.Refused(Application, code);
        return client.SendAsync(ClientReplies.Error(frame, code, message, retryAfter));
    }

    private static string CodeOf(LogStatus status) => status switch
    {
        LogStatus.Invalid => "bad_field",
        LogStatus.UnknownRecipient => "unknown_recipient",
        LogStatus.Conflict => "conflict",
        LogStatus.TooFast => "too_fast",
        LogStatus.NotHolder => "not_allowed",
        LogStatus.AtCapacity => "at_capacity",
        _ => "unavailable",
    };
}
