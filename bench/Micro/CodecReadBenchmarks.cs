using System.Buffers.Binary;
using System.Text;
using BenchmarkDotNet.Attributes;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;

namespace Portico.Bench.Micro;

/// <summary>A client's bytes to messages: 64 of them in one receive buffer, which is copied anew each time since reading unmasks it.</summary>
[MemoryDiagnoser]
public class CodecReadBenchmarks : IDisposable
{
    private const int Messages = 64;
    private static readonly WebSocketSettings Settings = new();

    private readonly byte[] _work = new byte[1024 * 1024];
    private byte[] _webSocket = [];
    private byte[] _lines = [];
    private byte[] _lengths = [];
    private IFrameCodec _webSocketCodec = null!;
    private IFrameCodec _textCodec = null!;
    private IFrameCodec _lengthCodec = null!;

    /// <summary>Payload bytes.</summary>
    [Params(16, 128, 4096)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var payload = Encoding.ASCII.GetBytes(new string('m', Size));
        _webSocket = Repeat(ClientBytes.Frame(payload));
        _lines = Repeat([.. payload, (byte)'\n']);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, 4 + Size);
        _lengths = Repeat([.. length, .. payload]);
        _webSocketCodec = ClientBytes.Open(ListenerProtocol.WebSocket, Settings);
        _textCodec = ClientBytes.Open(ListenerProtocol.Text, Settings);
        _lengthCodec = ClientBytes.Open(ListenerProtocol.Length, Settings);
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public int WebSocketText() => ReadAll(_webSocketCodec, _webSocket);

    [Benchmark(OperationsPerInvoke = Messages)]
    public int Text() => ReadAll(_textCodec, _lines);

    [Benchmark(OperationsPerInvoke = Messages)]
    public int Length() => ReadAll(_lengthCodec, _lengths);

    /// <summary>What of the others is the copy.</summary>
    [Benchmark(OperationsPerInvoke = Messages, Baseline = true)]
    public int CopyAlone()
    {
        _webSocket.CopyTo(_work, 0);
        return _work[0];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _webSocketCodec.Dispose();
        _textCodec.Dispose();
        _lengthCodec.Dispose();
        GC.SuppressFinalize(this);
    }

    private static byte[] Repeat(byte[] one) => [.. Enumerable.Repeat(one, Messages).SelectMany(bytes => bytes)];

    private int ReadAll(IFrameCodec codec, byte[] bytes)
    {
        bytes.CopyTo(_work, 0);
        var rest = _work.AsSpan(0, bytes.Length);
        var sum = 0;
        while (codec.TryRead(rest, out var frame, out var consumed) == FrameStatus.Frame)
        {
            sum += frame.Payload.Length;
            rest = rest[consumed..];
        }

        return sum;
    }
}
