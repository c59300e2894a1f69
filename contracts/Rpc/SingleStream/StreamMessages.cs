using System.Buffers.Binary;
using Portico.Contracts.Link;

namespace Portico.Contracts.Rpc.SingleStream;

/// <summary>
/// Whole gRPC messages out of a body that comes in pieces: those that lie in one piece are handed on where they lie, the others are put
/// together first.
/// </summary>
/// <param name="maxSize">Largest message in bytes.</param>
/// <param name="take">Takes a message; gone after the call. False ends the reading.</param>
public sealed class StreamMessages(int maxSize, StreamMessages.Take take) : IDisposable
{
    private const int KeptCapacity = 256 * 1024;
    private readonly LinkBuffer _partial = new(1024);
    private bool _disposed;

    /// <summary>Takes a message.</summary>
    public delegate bool Take(ReadOnlySpan<byte> message);

    /// <summary>Takes a piece of the body; false when <c>take</c> said so, or (<paramref name="fault"/>) when it is not made of messages.</summary>
    public bool TryAdd(ReadOnlySpan<byte> data, out string? fault)
    {
        fault = null;
        while (!data.IsEmpty && !_disposed)
        {
            if (_partial.Length > 0)
            {
                data = data[Complete(data, ref fault)..];
            }
            else if (TryLength(data, out var length, ref fault) && data.Length - RpcFraming.PrefixLength >= length)
            {
                if (!take(data.Slice(RpcFraming.PrefixLength, length)))
                {
                    return false;
                }

                data = data[(RpcFraming.PrefixLength + length)..];
                continue;
            }
            else if (fault is null)
            {
                _partial.Append(data);
                return true;
            }

            if (fault is not null)
            {
                return false;
            }

            if (IsWhole() && !TakePartial())
            {
                return false;
            }
        }

        return !_disposed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _partial.Dispose();
    }

    private int Complete(ReadOnlySpan<byte> data, ref string? fault)
    {
        var taken = Math.Clamp(RpcFraming.PrefixLength - _partial.Length, 0, data.Length);
        _partial.Append(data[..taken]);
        if (_partial.Length >= RpcFraming.PrefixLength && TryLength(_partial.WrittenSpan, out var length, ref fault))
        {
            var rest = Math.Min(RpcFraming.PrefixLength + length - _partial.Length, data.Length - taken);
            _partial.Append(data.Slice(taken, rest));
            taken += rest;
        }

        return taken;
    }

    private bool IsWhole() =>
        _partial.Length >= RpcFraming.PrefixLength
        && _partial.Length - RpcFraming.PrefixLength == BinaryPrimitives.ReadInt32BigEndian(_partial.WrittenSpan[1..]);

    private bool TakePartial()
    {
        var goOn = take(_partial.WrittenSpan[RpcFraming.PrefixLength..]);
        if (!_disposed)
        {
            _partial.Clear(KeptCapacity);
        }

        return goOn;
    }

    private bool TryLength(ReadOnlySpan<byte> data, out int length, ref string? fault)
    {
        length = 0;
        if (data.Length < RpcFraming.PrefixLength)
        {
            return false;
        }

        var announced = BinaryPrimitives.ReadUInt32BigEndian(data[1..]);
        if (data[0] != 0 || announced > (uint)maxSize)
        {
            fault = data[0] != 0 ? "compressed messages are not spoken here" : $"a message of {announced} bytes is over the limit of {maxSize}";
            return false;
        }

        length = (int)announced;
        return true;
    }
}
