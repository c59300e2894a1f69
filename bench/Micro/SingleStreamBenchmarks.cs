using BenchmarkDotNet.Attributes;
using Portico.Contracts.Rpc;
using Portico.Contracts.Rpc.SingleStream;

namespace Portico.Bench.Micro;

/// <summary>Rpc frames of a worker's own connection: a received batch of 60 messages of 140 bytes taken apart, by frame and by message.</summary>
[MemoryDiagnoser]
public class SingleStreamBenchmarks : IStreamOwner, IDisposable
{
    private const int Messages = 60;
    private const int Size = 140;
    private readonly StreamMessages _messages;
    private readonly StreamReceiver _receiver;
    private readonly byte[] _batch;
    private int _taken;

    /// <summary>A connection whose heads are read.</summary>
    public SingleStreamBenchmarks()
    {
        _messages = new StreamMessages(1024 * 1024, message =>
        {
            _taken += message.Length;
            return true;
        });
        _receiver = new StreamReceiver(this, isServer: false);
        _ = _receiver.TryReceive(StreamPreface.OfServer(0));
        var length = Messages * (RpcFraming.PrefixLength + Size);
        _batch = new byte[9 + length];
        (_batch[1], _batch[2], _batch[8]) = ((byte)(length >> 8), (byte)length, 1);
        for (var i = 0; i < Messages; i++)
        {
            RpcFraming.WritePrefix(_batch.AsSpan(9 + (i * (RpcFraming.PrefixLength + Size))), Size);
        }
    }

    /// <summary>One DATA frame with all of them.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public int ReadBatch()
    {
        _ = _receiver.TryReceive(_batch);
        return _taken;
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _messages.Dispose();
        GC.SuppressFinalize(this);
    }

    void IStreamOwner.OnSettings(bool isOurs) => _taken = 0;

    void IStreamOwner.OnHeaders(StreamHeaders headers) => _taken = 0;

    void IStreamOwner.OnData(ReadOnlySpan<byte> data) => _ = _messages.TryAdd(data, out _);

    void IStreamOwner.OnEnd() => _taken = 0;

    void IStreamOwner.OnWindow(uint increment) => _taken = 0;

    void IStreamOwner.Reply(byte[] frame) => _taken = 0;
}
