using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Bench.Micro;

/// <summary>A batch of 64 sends of 128 bytes, written and read: by hand against the generated classes. Per command.</summary>
[MemoryDiagnoser]
public class LinkCommandBenchmarks : IDisposable
{
    private const int Commands = 64;

    private readonly byte[] _body = new byte[128];
    private readonly LinkBuffer _output = new(64 * 1024);
    private byte[] _encoded = [];

    [GlobalSetup]
    public void Setup()
    {
        WriteByHand();
        _encoded = _output.WrittenSpan.ToArray();
    }

    [Benchmark(OperationsPerInvoke = Commands)]
    public int WriteByHand()
    {
        _output.Clear();
        CommandBatchWriter.AppendAck(_output, 1_000_000);
        for (var i = 0u; i < Commands; i++)
        {
            CommandBatchWriter.AppendCommand(_output, new CommandFields { Kind = CommandKind.SendToClient, Connection = 1_000_000 + i, Body = _body });
        }

        return _output.Length;
    }

    [Benchmark(OperationsPerInvoke = Commands)]
    public int WriteGenerated()
    {
        _output.Clear();
        var message = new WorkerMessage { Ack = new EventAck { Through = 1_000_000 } };
        for (var i = 0u; i < Commands; i++)
        {
            message.Commands.Add(new Command { Kind = CommandKind.SendToClient, Connection = 1_000_000 + i, Body = ByteString.CopyFrom(_body) });
        }

        message.WriteTo(_output);
        return _output.Length;
    }

    [Benchmark(OperationsPerInvoke = Commands)]
    public int ReadByHand()
    {
        var bytes = 0;
        WorkerMessageReader.TryRead(_encoded, out var reader);
        while (reader.TryNextCommand(out var fields))
        {
            bytes += fields.Body.Length;
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Commands)]
    public int ReadGenerated()
    {
        var bytes = 0;
        foreach (var command in WorkerMessage.Parser.ParseFrom(_encoded).Commands)
        {
            bytes += command.Body.Length;
        }

        return bytes;
    }

    public void Dispose()
    {
        _output.Dispose();
        GC.SuppressFinalize(this);
    }
}
