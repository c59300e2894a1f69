using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Portico.Contracts.Rpc;

/// <summary>Reads whole messages off a pipe as generated classes.</summary>
internal static class RpcMessages
{
    /// <summary>The next message, or null at the end of the stream.</summary>
    /// <exception cref="RpcException">Over the limit, compressed, cut off, or not such a message.</exception>
    public static async ValueTask<T?> ReadAsync<T>(PipeReader reader, int maxSize, CancellationToken cancellationToken)
        where T : class, IMessage<T>, new()
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.IsCanceled)
            {
                throw new OperationCanceledException(cancellationToken);
            }

            var buffer = read.Buffer;
            if (RpcFraming.TryRead(ref buffer, maxSize, out var message))
            {
                var parsed = Parse<T>(message);
                reader.AdvanceTo(buffer.Start);
                return parsed;
            }

            if (read.IsCompleted)
            {
                return buffer.IsEmpty ? null : throw new RpcException(RpcStatusCode.Internal, "the stream ends within a message");
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public static T Parse<T>(ReadOnlySequence<byte> message)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return Parser<T>.Instance.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw new RpcException(RpcStatusCode.Internal, "the message cannot be parsed", fault);
        }
    }

    private static class Parser<T>
        where T : IMessage<T>, new()
    {
        public static readonly MessageParser<T> Instance = new(() => new T());
    }
}
