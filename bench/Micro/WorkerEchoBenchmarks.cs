using System.Buffers;
using System.IO.Pipelines;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portico.BusinessWorker.Dispatch;
using Portico.BusinessWorker.Hosting;
using Portico.BusinessWorker.Links;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.Bench.Micro;

/// <summary>What an echo costs a worker, from the bytes received to the bytes to be sent, without sockets. Per message.</summary>
[MemoryDiagnoser]
public class WorkerEchoBenchmarks : IDisposable
{
    private const int Messages = 1000;
    private const uint Clients = 64;

    private readonly byte[] _body = new byte[128];
    private IHost _host = null!;
    private GatewayLink _link = null!;
    private LinkOutput _output = null!;
    private ReadOnlySequence<byte> _batch;

    [GlobalSetup]
    public void Setup()
    {
        var settings = new Dictionary<string, string?> { ["BusinessWorker:Events:0"] = "playground" };
        _host = BusinessWorkerHost.Build(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        _link = new GatewayLink(new AttachRequest(), new Owner(), _host.Services.GetRequiredService<EventHandling>(), new LinkOptions());
        _output = _link.Begin(PipeWriter.Create(Stream.Null));
        var state = new ClientState { Origin = new ClientOrigin { Path = "/playground", ListenerPort = 8282 } };
        _body.AsSpan().Fill((byte)'x');
        _link.HandOut(Batch(Clients, i => new Event { Kind = EventKind.Adopt, Connection = i, State = state }), _output);
        _batch = Batch(Messages, i => new Event { Kind = EventKind.Message, Connection = i % Clients, Number = 40, Body = ByteString.CopyFrom(_body) });
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Echo() => _link.HandOut(_batch, _output);

    public void Dispose()
    {
        _link.Dispose();
        _host.Dispose();
        GC.SuppressFinalize(this);
    }

    private static ReadOnlySequence<byte> Batch(uint count, Func<uint, Event> make)
    {
        var message = new GatewayMessage { Events = new EventBatch { FirstSequence = 1 } };
        for (var i = 0u; i < count; i++)
        {
            message.Events.Events.Add(make(i));
        }

        var buffer = new ArrayBufferWriter<byte>();
        RpcFraming.WriteMessage(buffer, message);
        return new ReadOnlySequence<byte>(buffer.WrittenMemory);
    }

    private sealed class Owner : ILinkOwner
    {
        public void OnAttached(GatewayLink link, uint loopCount)
        {
        }
    }
}
