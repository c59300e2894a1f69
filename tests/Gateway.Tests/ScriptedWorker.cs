using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests;

/// <summary>A worker that does only what the test tells it, over a real stream, with the generated classes.</summary>
internal sealed class ScriptedWorker : IDisposable
{
    private readonly RpcChannel _channel;
    private readonly Queue<(ulong Sequence, Event Event)> _events = new();
    private readonly Queue<CommandResult> _results = new();
    private readonly Queue<ulong> _probes = new();
    private readonly Dictionary<ulong, List<byte>> _parts = [];

    private ScriptedWorker(RpcChannel channel, RpcDuplexCall call)
    {
        _channel = channel;
        Call = call;
    }

    public RpcDuplexCall Call { get; }

    public Attached Attached { get; private set; } = null!;

    /// <summary>Messages of the link so far, each the number of its events.</summary>
    public List<int> Batches { get; } = [];

    /// <summary>Pieces of large bodies so far.</summary>
    public int Parts { get; private set; }

    public static async Task<ScriptedWorker> AttachAsync(RunningGateway gateway, string key = "scripted:1", ulong instance = 1, uint loop = 0, string secret = "", bool answersProbes = false, params string[] places)
    {
        var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { SecretKey = secret, ConnectTimeout = Guard.Limit });
        var call = await channel.DuplexAsync("/portico.gateway.v1.WorkerLink/Attach").Guarded();
        var worker = new ScriptedWorker(channel, call);
        var attach = new AttachRequest { WorkerKey = key, Instance = instance, Loop = loop, AnswersProbes = answersProbes };
        attach.Places.AddRange(places.Select(place => new ServedPlace { Place = place, Module = key }));
        await worker.SendAsync(new WorkerMessage { Attach = attach });
        var first = await call.ReadAsync<GatewayMessage>().AsTask().Guarded();
        worker.Attached = first!.Attached;
        return worker;
    }

    /// <summary>Attaches a worker that names places.</summary>
    public static Task<ScriptedWorker> ServeAsync(RunningGateway gateway, string key, params string[] places) => AttachAsync(gateway, key, places: places);

    public Task SendAsync(WorkerMessage message) => Call.WriteAsync(message).AsTask().Guarded();

    public Task AckAsync(ulong through, params (ulong First, ulong Last)[] ranges)
    {
        var ack = new EventAck { Through = through };
        ack.Ranges.AddRange(ranges.Select(range => new SequenceRange { First = range.First, Last = range.Last }));
        return SendAsync(new WorkerMessage { Ack = ack });
    }

    public Task CommandAsync(params Command[] commands) => SendAsync(new WorkerMessage { Commands = { commands } });

    /// <summary>The next event, whole.</summary>
    public async Task<(ulong Sequence, Event Event)> NextAsync()
    {
        while (_events.Count == 0)
        {
            await ReadAsync();
        }

        return _events.Dequeue();
    }

    /// <summary>The next event, which has to be of that kind.</summary>
    public async Task<Event> NextAsync(EventKind kind)
    {
        var (_, next) = await NextAsync();
        Assert.Equal(kind, next.Kind);
        return next;
    }

    /// <summary>The next message's text.</summary>
    public async Task<string> NextTextAsync() => (await NextAsync(EventKind.Message)).Body.ToStringUtf8();

    public async Task<CommandResult> NextResultAsync()
    {
        while (_results.Count == 0)
        {
            await ReadAsync();
        }

        return _results.Dequeue();
    }

    public async Task<ulong> NextProbeAsync()
    {
        while (_probes.Count == 0)
        {
            await ReadAsync();
        }

        return _probes.Dequeue();
    }

    /// <summary>Reads to the end of the stream; the status it ended with.</summary>
    public async Task<RpcStatusCode> EndAsync()
    {
        try
        {
            while (await Call.ReadAsync<GatewayMessage>().AsTask().Guarded() is not null)
            {
            }

            return RpcStatusCode.OK;
        }
        catch (RpcException fault)
        {
            return fault.Status.Code;
        }
    }

    /// <summary>Dies: its connection is cut.</summary>
    public void Dispose()
    {
        Call.Dispose();
        _channel.Dispose();
    }

    private async Task ReadAsync()
    {
        var message = await Call.ReadAsync<GatewayMessage>().AsTask().Guarded() ?? throw new EndOfStreamException("The gateway ended the stream.");
        foreach (var part in message.Parts)
        {
            Parts++;
            if (!_parts.TryGetValue(part.Id, out var begun))
            {
                _parts[part.Id] = begun = [];
            }

            begun.AddRange(part.Data);
        }

        if (message.Events is { } batch)
        {
            Batches.Add(batch.Events.Count);
            var sequence = batch.FirstSequence;
            foreach (var next in batch.Events)
            {
                if (next.BodyPart != 0)
                {
                    Assert.True(_parts.Remove(next.BodyPart, out var begun));
                    next.Body = Google.Protobuf.ByteString.CopyFrom([.. begun!, .. next.Body]);
                }

                _events.Enqueue((sequence++, next));
            }
        }

        if (message.Probe != 0)
        {
            _probes.Enqueue(message.Probe);
        }

        foreach (var result in message.Results)
        {
            _results.Enqueue(result);
        }
    }
}
