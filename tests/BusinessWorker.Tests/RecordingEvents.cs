using System.Collections.Concurrent;
using System.Threading.Channels;
using Portico.BusinessWorker.Events;

namespace Portico.BusinessWorker.Tests;

/// <summary>The example module of docs/writing-a-module.md: one class, named by one line. It writes down what happens, and does what a message tells it to.</summary>
internal sealed class RecordingEvents(WorkerServices worker) : IEvents
{
    public Channel<string> Seen { get; } = Channel.CreateUnbounded<string>();

    public ConcurrentDictionary<string, TaskCompletionSource> Gates { get; } = new();

    public WorkerServices Worker => worker;

    public ClientContext? Last { get; private set; }

    public static EventsModules Register(TaskCompletionSource<RecordingEvents> made) => new EventsModules().Add("recording", "/recording", services =>
    {
        var module = new RecordingEvents(services);
        made.TrySetResult(module);
        return module;
    });

    public ValueTask OnWorkerStart(WorkerServices worker) => Note("start");

    public ValueTask OnConnect(ClientContext client) =>
        client.Handshake.QueryString == "throw=connect" ? throw new InvalidOperationException("as the address said") : Note($"connect {client.Path} {client.ListenerPort}");

    public ValueTask OnWebSocketConnect(ClientContext client) => client.Handshake.QueryString switch
    {
        "throw=open" => throw new InvalidOperationException("as the address said"),
        "throw=later" => ThrowLaterAsync(),
        _ => NoteHandshake(client),
    };

    private static async ValueTask ThrowLaterAsync()
    {
        await Task.Yield();
        throw new InvalidOperationException("as the address said");
    }

    private ValueTask NoteHandshake(ClientContext client) => Note($"websocket {client.Handshake.Query["b"]}|{client.Handshake.Headers["x-a"]}|{client.Handshake.Cookies["t"]}|{client.RemoteEndPoint}");

    public async ValueTask OnMessage(ClientContext client, ClientMessage message)
    {
        Last = client;
        var text = message.Text;
        switch (text.Split(' ')[0])
        {
            case "wait":
                await Gates.GetOrAdd(text, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                break;
            case "throw":
                throw new InvalidOperationException("as the message said");
            case "set":
                client.Session["n"] = client.Session.GetInt64("n").GetValueOrDefault() + 1;
                break;
            case "bind":
                await client.BindUidAsync("U_9");
                break;
            default:
                break;
        }

        await Note($"{message.Text} {client.Connection} uid={client.Uid} n={client.Session.GetInt64("n")} {client.EventId}{(client.Redelivered ? " again" : "")}");
    }

    public ValueTask OnClose(ClientContext client) => Note($"close {client.CloseReason.Code} {client.CloseReason.Text}");

    public ValueTask OnWorkerStop(WorkerServices worker) => Note("stop");

    private ValueTask Note(string what)
    {
        Seen.Writer.TryWrite(what);
        return default;
    }
}
