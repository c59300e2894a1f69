using BenchmarkDotNet.Attributes;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;

namespace Portico.Bench.Micro;

/// <summary>One opening handshake, with the codec that is made for it.</summary>
[MemoryDiagnoser]
public class CodecHandshakeBenchmarks
{
    private static readonly WebSocketSettings Settings = new();
    private readonly byte[] _bare = ClientBytes.Request();
    private readonly byte[] _browser = ClientBytes.Request(
        "Pragma: no-cache", "Cache-Control: no-cache", "Accept-Encoding: gzip, deflate, br, zstd", "Accept-Language: de-DE,de;q=0.9,en;q=0.8",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        "Origin: https://shop.example", "Sec-WebSocket-Protocol: portico.v1", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");

    [Benchmark(Baseline = true)]
    public int Bare() => Open(_bare);

    [Benchmark]
    public int Browser() => Open(_browser);

    private static int Open(byte[] request)
    {
        using var codec = new WebSocketCodec(Settings);
        return codec.TryRead(request, out var frame, out _) == FrameStatus.Frame ? frame.Reply.Length : throw new InvalidOperationException("refused");
    }
}
