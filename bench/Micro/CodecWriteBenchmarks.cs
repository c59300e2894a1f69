using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using Portico.Gateway.Protocols.WebSocket.Deflate;

namespace Portico.Bench.Micro;

/// <summary>Messages to a client's bytes.</summary>
[MemoryDiagnoser]
public class CodecWriteBenchmarks : IDisposable
{
    private readonly ArrayBufferWriter<byte> _output = new(1024 * 1024);
    private byte[] _payload = [];
    private IFrameCodec _plain = null!;
    private IFrameCodec _deflate = null!;
    private IFrameCodec _text = null!;

    /// <summary>Payload bytes, JSON.</summary>
    [Params(128, 4096)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var json = string.Concat(Enumerable.Range(0, 200).Select(i => $"{{\"id\":{i * 7919 % 1000},\"name\":\"user-{i}\",\"online\":true}},"));
        _payload = Encoding.UTF8.GetBytes(json)[..Size];
        _plain = ClientBytes.Open(ListenerProtocol.WebSocket, new WebSocketSettings { Deflate = null });
        _deflate = ClientBytes.Open(ListenerProtocol.WebSocket, new WebSocketSettings { Deflate = new DeflateSettings { MinMessageSize = 1 } });
        _text = ClientBytes.Open(ListenerProtocol.Text, new WebSocketSettings());
    }

    [Benchmark(Baseline = true)]
    public int WebSocketText() => Write(_plain);

    [Benchmark]
    public int WebSocketDeflate() => Write(_deflate);

    [Benchmark]
    public int Text() => Write(_text);

    [GlobalCleanup]
    public void Dispose()
    {
        _plain.Dispose();
        _deflate.Dispose();
        _text.Dispose();
        GC.SuppressFinalize(this);
    }

    private int Write(IFrameCodec codec)
    {
        _output.ResetWrittenCount();
        codec.WriteMessage(_output, _payload, binary: false);
        return _output.WrittenCount;
    }
}
