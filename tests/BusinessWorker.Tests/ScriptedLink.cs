using System.Threading.Channels;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.BusinessWorker.Tests;

/// <summary>The gateway's side of one stream: sends events as the test says, keeps what the worker answers.</summary>
internal sealed class ScriptedLink(RpcServerCall call, AttachRequest attach)
{
    private readonly Channel<Command> _commands = Channel.CreateUnbounded<Command>();
    private readonly Channel<EventAck> _acks = Channel.CreateUnbounded<EventAck>();
    private readonly Channel<ulong> _probed = Channel.CreateUnbounded<ulong>();
    private readonly Dictionary<ulong, List<byte>> _parts = [];
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _sequence = 1;
    private ulong _acknowledged;

    public AttachRequest Attach { get; } = attach;

    public Task Leaving => _leaving.Task.Guarded();

    public async Task RunAsync()
    {
        var reading = ReadAsync();
        await Task.WhenAny(reading, _end.Task);
    }

    /// <summary>Ends the stream from the gateway's side.</summary>
    public void End() => _end.TrySetResult();

    public async Task SendAsync(GatewayMessage message) => await call.WriteAsync(message).AsTask().Guarded();

    public async Task SendAsync(params Event[] events)
    {
        var batch = new EventBatch { FirstSequence = _sequence, Events = { events } };
        _sequence += (ulong)events.Length;
        await SendAsync(new GatewayMessage { Events = batch });
    }

    public async Task<Command> CommandAsync()
    {
        var command = await _commands.Reader.ReadAsync().AsTask().Guarded();
        if (command.BodyPart != 0)
        {
            command.Body = ByteString.CopyFrom([.. _parts[command.BodyPart], .. command.Body.Span]);
        }

        return command;
    }

    public bool TryCommand(out Command? command) => _commands.Reader.TryRead(out command);

    /// <summary>The next answer to a probe.</summary>
    public async Task<ulong> ProbedAsync() => await _probed.Reader.ReadAsync().AsTask().Guarded();

    public async Task<EventAck> AckAsync() => await _acks.Reader.ReadAsync().AsTask().Guarded();

    /// <summary>Waits until all up to the sequence is acknowledged.</summary>
    public async Task AckedAsync(ulong through)
    {
        while ((await AckAsync()).Through < through)
        {
        }
    }

    public static Event Open(uint connection, string path = "/playground", string subprotocol = "", uint port = 8282, string? uid = null) => new()
    {
        Kind = EventKind.WebsocketConnect,
        Connection = connection,
        Number = 1,
        State = State(path, subprotocol, port, uid),
    };

    public static ClientState State(string path = "/playground", string subprotocol = "", uint port = 8282, string? uid = null)
    {
        var state = new ClientState
        {
            Origin = new ClientOrigin
            {
                RemoteAddress = "192.0.2.7",
                RemotePort = 5000,
                ListenerPort = port,
                Path = path,
                Subprotocol = subprotocol,
                Listener = $"websocket://0.0.0.0:{port}",
                Handshake = ByteString.CopyFromUtf8($"GET {path}?a=1&b=%20z HTTP/1.1\r\nHost: shop.example\r\nX-A: 1\r\nX-A: 2\r\nCookie: s=1; t=a b\r\n\r\n"),
            },
        };
        if (uid is not null)
        {
            state.Uid = uid;
        }

        return state;
    }

    public static Event Message(uint connection, string text, ulong number = 2) =>
        new() { Kind = EventKind.Message, Connection = connection, Number = number, Body = ByteString.CopyFromUtf8(text) };

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var message in call.ReadAllAsync<WorkerMessage>())
            {
                Take(message);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or RpcException)
        {
            // The worker is gone; what it sent is there.
        }
        finally
        {
            _commands.Writer.TryComplete();
            _acks.Writer.TryComplete();
        }
    }

    private void Take(WorkerMessage message)
    {
        foreach (var part in message.Parts)
        {
            if (!_parts.TryGetValue(part.Id, out var bytes))
            {
                bytes = [];
                _parts.Add(part.Id, bytes);
            }

            bytes.AddRange(part.Data.Span);
        }

        foreach (var command in message.Commands)
        {
            _commands.Writer.TryWrite(command);
        }

        if (message.Ack is not null)
        {
            _acks.Writer.TryWrite(message.Ack);
        }

        if (message.Probed != 0)
        {
            _probed.Writer.TryWrite(message.Probed);
        }

        if (message.Leaving)
        {
            _leaving.TrySetResult();
        }

        _acknowledged = Math.Max(_acknowledged, message.Ack?.Through ?? 0);
        if (_leaving.Task.IsCompleted && _acknowledged + 1 >= _sequence)
        {
            End();
        }
    }
}
