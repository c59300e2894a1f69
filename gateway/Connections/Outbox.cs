using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Portico.Contracts.Link;
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
    private const int LargestGrowing = 64 * 1024;

    // Shared bytes below this are copied: a reference costs more than the copy, and pins the whole message.
    private const int SmallestShared = 4096;

    // What holds this much in the middle of a batch is sent before the batch ends, while it is in the cache.
    private const int EnoughToSend = 64 * 1024;

    private OutboxPieces _pieces = new();
    private byte[] _own = new byte[FirstBuffer];
    private int _allowance;

    /// <summary>Bytes waiting.</summary>
    public int Pending { get; private set; }

    /// <summary>The kernel took less than all: nothing can be sent before the socket is writable.</summary>
    public bool Blocked { get; set; }

    /// <summary>It stands in the loop's list of outboxes to drain.</summary>
    public bool Dirty { get; set; }

    /// <summary>
    /// There is room for a message of that size: always when nothing waits, else up to <paramref name="limit"/> bytes beyond the message
    /// that an empty outbox took.
    /// </summary>
    public bool Admits(int size, int limit, TransportSocket socket)
    {
        if (Pending + (long)size > EnoughToSend && !Blocked)
        {
            _ = Drain(socket);
        }

        if (Pending == 0)
        {
            _allowance = size;
        }

        return Pending + (long)size <= _allowance + (long)limit;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ref var last = ref _pieces.Last;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)last.Free, nameof(count));
        last.End += count;
        Pending += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        ref var last = ref Reserve(Math.Max(1, sizeHint));
        return last.Array.AsMemory(last.End);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        ref var last = ref Reserve(Math.Max(1, sizeHint));
        return last.Array.AsSpan(last.End);
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

    /// <summary>Appends (the rest of) a shared frame: by reference when it is large.</summary>
    public void Append(PreparedMessage message, ReadOnlyMemory<byte> frame)
    {
        if (frame.Length < SmallestShared || !MemoryMarshal.TryGetArray(frame, out var segment))
        {
            Append(frame.Span);
            return;
        }

        message.KeepFrame();
        _pieces.Add() = new OutboxPiece { Array = segment.Array!, Start = segment.Offset, End = segment.Offset + segment.Count, Owner = message };
        Pending += segment.Count;
    }

    /// <summary>The rest of a shared frame that the kernel took a part of.</summary>
    public void Begin(PreparedMessage message, ReadOnlyMemory<byte> frame, int taken)
    {
        Append(message, frame[taken..]);
        _allowance = frame.Length;
        Blocked = true;
    }

    /// <summary>Gives the kernel all it takes. True when nothing is left.</summary>
    public bool Drain(TransportSocket socket)
    {
        while (Pending > 0)
        {
            var taken = Write(socket, out var offered);
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
        while (_pieces.Count > 0)
        {
            _pieces.RemoveFirst();
        }

        Pending = 0;
        Blocked = false;
        Dirty = false;
    }

    private int Write(TransportSocket socket, out int offered)
    {
        if (_pieces.Count == 1)
        {
            ref var only = ref _pieces.First;
            offered = only.Length;
            return socket.Send(only.Array.AsSpan(only.Start, offered));
        }

        var count = _pieces.Gather(pool.Gathered, out offered);
        var taken = socket.Send(pool.Gathered.AsSpan(0, count));
        Array.Clear(pool.Gathered);
        return taken;
    }

    private void Consume(int taken)
    {
        Pending -= taken;
        while (_pieces.Count > 0 && taken >= _pieces.First.Length)
        {
            taken -= _pieces.First.Length;
            _pieces.RemoveFirst();
        }

        if (taken > 0)
        {
            _pieces.First.Start += taken;
        }
    }

    private ref OutboxPiece Reserve(int size)
    {
        if (_pieces.Count == 0)
        {
            ref var first = ref _pieces.Add();
            first.Array = size <= _own.Length ? _own : Take(size);
            return ref first;
        }

        ref var last = ref _pieces.Last;
        if (last.Free >= size)
        {
            return ref last;
        }

        if (last.Owner is null && last.Array.Length < LargestGrowing)
        {
            Grow(ref last, size);
            return ref last;
        }

        ref var added = ref _pieces.Add();
        added.Array = Take(Math.Max(LargestGrowing, size));
        return ref added;
    }

    private void Grow(ref OutboxPiece piece, int size)
    {
        var larger = Take(Math.Max(piece.Array.Length * 2, piece.Length + size));
        piece.Array.AsSpan(piece.Start, piece.Length).CopyTo(larger);
        piece.Release();
        piece = new OutboxPiece { Array = larger, End = piece.Length };
    }

    // A buffer for a few messages replaces the outbox's own one, so that it is there next time.
    private byte[] Take(int size) => size <= OutboxPiece.LargestOwn
        ? _own = new byte[BitOperations.RoundUpToPowerOf2((uint)size)]
        : PooledBytes.Rent(size);
}
