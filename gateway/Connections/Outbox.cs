using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Portico.Gateway.Transport;

namespace Portico.Gateway.Connections;

/// <summary>
/// Bytes waiting for one client: pieces in order, either its own (encoded into it) or shared with other clients. Rented from its
/// loop's <see cref="OutboxPool"/> while something waits; an idle connection has none. The only code that writes to the socket,
/// besides a broadcast to a client for which nothing waits.
/// </summary>
internal sealed class Outbox(OutboxPool pool) : IBufferWriter<byte>
{
    private const int FirstBuffer = 512;
    private const int LargestOwn = 4096;
    private const int LargestGrowing = 64 * 1024;

    // Shared bytes below this are copied: a reference costs more than the copy, and pins the whole message.
    private const int SmallestShared = 4096;

    private OutboxPiece[] _pieces = new OutboxPiece[2];

    // Stays with the outbox: the shared array pool keeps too few small arrays for a thousand clients answered in one turn.
    private byte[] _own = new byte[FirstBuffer];
    private int _first;
    private int _count;

    /// <summary>Bytes waiting.</summary>
    public int Pending { get; private set; }

    /// <summary>Size of the message that an empty outbox took, whatever the limit is.</summary>
    public int Allowance { get; set; }

    /// <summary>The kernel took less than all: nothing can be sent before the socket is writable.</summary>
    public bool Blocked { get; set; }

    /// <summary>It stands in the loop's list of outboxes to drain.</summary>
    public bool Dirty { get; set; }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ref var tail = ref Tail;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(tail.Array.Length - tail.End), nameof(count));
        tail.End += count;
        Pending += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        ref var tail = ref Reserve(Math.Max(1, sizeHint));
        return tail.Array.AsMemory(tail.End);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        ref var tail = ref Reserve(Math.Max(1, sizeHint));
        return tail.Array.AsSpan(tail.End);
    }

    /// <summary>Appends a copy.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            bytes.CopyTo(GetSpan(bytes.Length));
            Advance(bytes.Length);
        }
    }

    /// <summary>Appends what is left of a shared frame: by reference when it is large.</summary>
    public void Append(PreparedMessage message, ReadOnlyMemory<byte> rest)
    {
        if (rest.Length < SmallestShared || !MemoryMarshal.TryGetArray(rest, out var segment))
        {
            Append(rest.Span);
            return;
        }

        message.AddReference();
        AddPiece() = new OutboxPiece { Array = segment.Array!, Start = segment.Offset, End = segment.Offset + segment.Count, Owner = message };
        Pending += segment.Count;
    }

    /// <summary>Gives the kernel all it takes. True when nothing is left.</summary>
    public bool Drain(TransportSocket socket)
    {
        while (Pending > 0)
        {
            int offered;
            int taken;
            if (_count == 1)
            {
                ref var only = ref _pieces[_first];
                offered = only.End - only.Start;
                taken = socket.Send(only.Array.AsSpan(only.Start, offered));
            }
            else
            {
                var pieces = Gather(out offered);
                taken = socket.Send(pieces);
                pool.ClearGathered();
            }

            Consume(taken);
            if (taken < offered)
            {
                Blocked = true;
                return false;
            }
        }

        return true;
    }

    /// <summary>Forgets everything, so that the pool can hand it out again.</summary>
    public void Reset()
    {
        while (_count > 0)
        {
            FreeFirst();
        }

        _first = 0;
        Pending = 0;
        Allowance = 0;
        Blocked = false;
        Dirty = false;
    }

    private ref OutboxPiece Tail => ref _pieces[_first + _count - 1];

    private ref OutboxPiece Reserve(int size)
    {
        if (_count == 0)
        {
            ref var first = ref AddPiece();
            first.Array = size <= _own.Length ? _own : Take(size);
            return ref first;
        }

        ref var tail = ref Tail;
        if (tail.Owner is null && tail.Array.Length - tail.End >= size)
        {
            return ref tail;
        }

        if (tail.Owner is null && tail.Array.Length < LargestGrowing)
        {
            var larger = Take(Math.Max(tail.Array.Length * 2, tail.End - tail.Start + size));
            tail.Array.AsSpan(tail.Start, tail.End - tail.Start).CopyTo(larger);
            Return(tail.Array);
            tail.End -= tail.Start;
            tail.Start = 0;
            tail.Array = larger;
            return ref tail;
        }

        ref var added = ref AddPiece();
        added.Array = Take(Math.Max(LargestGrowing, size));
        return ref added;
    }

    private ref OutboxPiece AddPiece()
    {
        if (_first + _count == _pieces.Length)
        {
            if (_first > 0)
            {
                Array.Copy(_pieces, _first, _pieces, 0, _count);
                Array.Clear(_pieces, _count, _first);
                _first = 0;
            }
            else
            {
                Array.Resize(ref _pieces, _pieces.Length * 2);
            }
        }

        return ref _pieces[_first + _count++];
    }

    private ReadOnlySpan<ReadOnlyMemory<byte>> Gather(out int bytes)
    {
        var gathered = pool.Gathered;
        var count = Math.Min(gathered.Length, _count);
        bytes = 0;
        for (var i = 0; i < count; i++)
        {
            ref var piece = ref _pieces[_first + i];
            gathered[i] = piece.Array.AsMemory(piece.Start, piece.End - piece.Start);
            bytes += piece.End - piece.Start;
        }

        return gathered.AsSpan(0, count);
    }

    private void Consume(int taken)
    {
        Pending -= taken;
        while (taken > 0)
        {
            ref var piece = ref _pieces[_first];
            var length = piece.End - piece.Start;
            if (taken < length)
            {
                piece.Start += taken;
                return;
            }

            taken -= length;
            FreeFirst();
        }
    }

    private void FreeFirst()
    {
        ref var piece = ref _pieces[_first];
        if (piece.Owner is { } owner)
        {
            owner.Release();
        }
        else
        {
            Return(piece.Array);
        }

        piece = default;
        _first++;
        _count--;
        if (_count == 0)
        {
            _first = 0;
        }
    }

    // A buffer of a few messages replaces the outbox's own one, so that it is there next time.
    private byte[] Take(int size) => size <= LargestOwn
        ? _own = new byte[BitOperations.RoundUpToPowerOf2((uint)size)]
        : ArrayPool<byte>.Shared.Rent(size);

    private static void Return(byte[] array)
    {
        if (array.Length > LargestOwn)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
