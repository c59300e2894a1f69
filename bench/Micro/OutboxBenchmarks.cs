using BenchmarkDotNet.Attributes;
using Portico.Gateway.Connections;

namespace Portico.Bench.Micro;

/// <summary>A client's outbox from empty to empty.</summary>
[MemoryDiagnoser]
public class OutboxBenchmarks
{
    private readonly OutboxPool _pool = new();
    private readonly SinkSocket _socket = new();
    private readonly byte[] _frame = new byte[132];

    /// <summary>Messages that wait together.</summary>
    [Params(1, 16)]
    public int Messages { get; set; }

    /// <summary>Nothing may be allocated once the pool is warm.</summary>
    [Benchmark]
    public bool RentAppendDrainReturn()
    {
        var outbox = _pool.Rent();
        for (var i = 0; i < Messages; i++)
        {
            outbox.Append(_frame);
        }

        var empty = outbox.Drain(_socket);
        _pool.Return(outbox);
        return empty;
    }
}
