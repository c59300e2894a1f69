using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Bench.Micro;

/// <summary>A batch of 64 events of 128 bytes, written and read: by hand against the generated classes. Per event.</summary>
[MemoryDiagnoser]
public class LinkEventBenchmarks : IDisposable
{
    private const int Events = 64;

    private readonly byte[] _body = new byte[128];
    private readonly EventBatchWriter _writer = new(64 * 1024);
    private readonly LinkBuffer _output = new(64 * 1024);
    private byte[] _encoded = [];

    [GlobalSetup]
    public void Setup()
    {
        WriteByHand();
        _encoded = _output.WrittenSpan.ToArray();
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int WriteByHand()
    {
        _writer.Clear();
        _output.Clear();
        for (var i = 0u; i < Events; i++)
        {
            _writer.Append(new EventView { Kind = EventKind.Message, Connection = 1_000_000 + i, Number = 40 }, _body.Length, out var body);
            _body.CopyTo(body);
        }

        _writer.WriteTo(_output, 1_000_000);
        return _output.Length;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int WriteGenerated()
    {
        _output.Clear();
        var message = new GatewayMessage { Events = new EventBatch { FirstSequence = 1_000_000 } };
        for (var i = 0u; i < Events; i++)
        {
            message.Events.Events.Add(new Event { Kind = EventKind.Message, Connection = 1_000_000 + i, Number = 40, Body = ByteString.CopyFrom(_body) });
        }

        message.WriteTo(_output);
        return _output.Length;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int ReadByHand()
    {
        var bytes = 0;
        GatewayMessageReader.TryRead(_encoded, out var reader);
        while (reader.TryNextEvent(out var view))
        {
            bytes += view.Body.Length;
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int ReadGenerated()
    {
        var bytes = 0;
        foreach (var e in GatewayMessage.Parser.ParseFrom(_encoded).Events.Events)
        {
            bytes += e.Body.Length;
        }

        return bytes;
    }

    public void Dispose()
    {
        _writer.Dispose();
        _output.Dispose();
        GC.SuppressFinalize(this);
    }
}
