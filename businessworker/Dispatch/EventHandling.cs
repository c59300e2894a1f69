using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Portico.BusinessWorker.Events;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using ClientOrigin = Portico.BusinessWorker.Events.ClientOrigin;

namespace Portico.BusinessWorker.Dispatch;

/// <summary>
/// Turns one event of one client into callbacks of its module. What a callback throws ends here: it is logged, the event counts as done, and the client
/// stays, unless it was its opening that failed: then it is closed (1011).
/// </summary>
internal sealed partial class EventHandling(ModuleTable modules, ILogger<EventHandling> log)
{
    /// <summary>Handles the event; complete at once when no callback awaits. Never throws and never faults.</summary>
    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The lane around user code: the operator sees the log entry, the client keeps its connection unless its opening failed.")]
    public ValueTask HandleAsync(ClientContext client, in ClientEvent e)
    {
        try
        {
            if (e.HasState)
            {
                ApplyState(client, e.State, e.AsOf);
            }

            client.Begin(e.Number, e.Redelivered);
            var task = InvokeAsync(client, e);
            if (!task.IsCompletedSuccessfully)
            {
                return FinishAsync(task, client, e.Kind);
            }

            Completed.Consume(task);
            return e.Kind == EventKind.Close ? default : client.StoreSessionAsync();
        }
        catch (Exception fault)
        {
            return FailAsync(client, fault, e.Kind);
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The lane around user code: the operator sees the log entry, the client keeps its connection unless its opening failed.")]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(ValueTask callback, ClientContext client, EventKind kind)
    {
        try
        {
            await callback;
            if (kind != EventKind.Close)
            {
                await client.StoreSessionAsync();
            }
        }
        catch (OperationCanceledException) when (client.Gone)
        {
            // The callback obeyed Aborted.
        }
        catch (Exception fault)
        {
            await FailAsync(client, fault, kind);
        }
    }

    // A client whose opening failed was admitted as nobody knows whom: it must not stay.
    private ValueTask FailAsync(ClientContext client, Exception fault, EventKind kind)
    {
        client.DropSessionChanges();
        CallbackFailed(log, fault, client.Id.ToString(), kind);
        return kind is EventKind.Connect or EventKind.WebsocketConnect && !client.Gone ? client.CloseAsync(CloseReason.InternalError) : default;
    }

    private ValueTask InvokeAsync(ClientContext client, in ClientEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.Message:
                return client.Module is { } module ? module.OnMessage(client, new ClientMessage(e.Body, e.Binary)) : default;
            case EventKind.Connect:
                return client.Module is { } connected ? connected.OnConnect(client) : RefuseAsync(client);
            case EventKind.WebsocketConnect:
                return client.Module is { } opened ? OpenAsync(opened, client) : RefuseAsync(client);
            case EventKind.Close:
                client.CloseReason = new CloseReason((ushort)e.CloseCode, Encoding.UTF8.GetString(e.CloseReason.Span));
                return client.Module?.OnClose(client) ?? default;
            case EventKind.Adopt:
                // Whoever had the client before called OnConnect, or refused it.
                return default;
            default:
                UnknownEvent(log, e.Kind);
                return default;
        }
    }

    private void FindModule(ClientContext client) => client.Module = modules.Find(client.ListenerPort, client.Path);

    private static ValueTask OpenAsync(IEvents module, ClientContext client)
    {
        var connect = module.OnConnect(client);
        return connect.IsCompletedSuccessfully ? module.OnWebSocketConnect(client) : BothAsync(connect, module, client);

        static async ValueTask BothAsync(ValueTask connect, IEvents module, ClientContext client)
        {
            await connect;
            await module.OnWebSocketConnect(client);
        }
    }

    private ValueTask RefuseAsync(ClientContext client)
    {
        // Only a gateway that does not know places gives this worker such a client, and another worker may serve it.
        NoModule(log, client.Path, client.ListenerPort);
        return client.CloseAsync(CloseReason.NotServed(client.Path));
    }

    private void ApplyState(ClientContext client, ReadOnlyMemory<byte> encoded, ulong asOf)
    {
        if (!ClientStateView.TryRead(encoded.Span, out var state))
        {
            BadState(log, client.Id.ToString());
            return;
        }

        if (state.HasOrigin)
        {
            // A client that is new here but not new at all (another worker had it) has its module too.
            client.Origin = ClientOrigin.From(state);
            FindModule(client);
        }

        if (state.HasSession)
        {
            client.NoteSession(state.Session.ToArray(), asOf);
        }

        if (state.HasUid)
        {
            client.NoteUid(state.Uid.IsEmpty ? null : Encoding.UTF8.GetString(state.Uid), asOf);
        }
    }
}
