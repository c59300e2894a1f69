using BenchmarkDotNet.Attributes;
using Portico.Gateway.Connections;

namespace Portico.Bench.Micro;

/// <summary>What the number of a new connection costs.</summary>
[MemoryDiagnoser]
public class ConnectionNumberBenchmarks
{
    private ConnectionNumbers _numbers = null!;

    /// <summary>Loops of the gateway; other counts than powers of two permute up to twice.</summary>
    [Params(1, 7)]
    public int Loops { get; set; }

    [GlobalSetup]
    public void Setup() => _numbers = new ConnectionNumbers(0, Loops);

    /// <summary>Nothing may be allocated.</summary>
    [Benchmark]
    public uint Next() => _numbers.Next();
}
