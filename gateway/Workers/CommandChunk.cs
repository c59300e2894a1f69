using System.Buffers;
using System.Buffers.Binary;
using Portico.Contracts.Link;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers;

/// <summary>Whole framed messages of a worker, copied out of its stream into a rented buffer, on their way to the loop.</summary>
internal sealed class CommandChunk(LinkInput input, ReadOnlySequence<byte> messages) : ILoopWork
{
    private readonly int _length = (int)messages.Length;
    private readonly byte[] _bytes = Copy(messages);

    /// <inheritdoc/>
    public void Run(ILoopContext loop)
    {
        for (var position = 0; position < _length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(position + 1));
            position += RpcFraming.PrefixLength;
            input.OnMessage(_bytes.AsSpan(position, length));
            position += length;
        }

        input.OnHandled(_length);
        PooledBytes.Return(_bytes);
    }

    private static byte[] Copy(ReadOnlySequence<byte> messages)
    {
        var bytes = PooledBytes.Rent((int)messages.Length);
        messages.CopyTo(bytes);
        return bytes;
    }
}
