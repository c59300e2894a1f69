using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>
/// All that leaves on one connection to a gateway that speaks GatewayWorker's protocol: packets in the order of the calls, from any thread. One send is on
/// its way at a time; what comes meanwhile leaves together with the next one.
/// </summary>
internal sealed class PacketOutput(Socket socket, Action<Exception> failed) : IBatchedOutput, IThreadPoolWorkItem, IDisposable
{
    // What waits before callers are asked to wait: below the buffer at which PHP's own workers begin to lose packets.
    private const int ComfortableBytes = 4 * 1024 * 1024;
    private const int KeptCapacity = 1024 * 1024;

    private readonly Lock _lock = new();
    private LinkBuffer _waiting = new();
    private LinkBuffer _other = new();
    private TaskCompletionSource? _room;
    private Task _sending = Task.CompletedTask;
    private ulong _posted;
    private bool _flushing;
    private bool _scheduled;
    private bool _closed;

    /// <summary>The link has ended; what is given is dropped.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>How many packets were taken.</summary>
    public ulong Posted => Volatile.Read(ref _posted);

    /// <summary>Takes a packet. The task is complete unless too much waits.</summary>
    /// <exception cref="ArgumentException">The gateway would drop the whole connection for its length.</exception>
    public ValueTask AppendAsync(in PacketHeader header, ReadOnlySpan<byte> ext, ReadOnlySpan<byte> body)
    {
        if ((long)PacketHeader.Length + ext.Length + body.Length > PacketCodec.MaxLength)
        {
            throw new ArgumentException("A gateway of GatewayWorker's takes at most 10 MiB at once.");
        }

        ValueTask result;
        lock (_lock)
        {
            if (_closed)
            {
                return default;
            }

            PacketCodec.Write(_waiting, header, ext, body);
            _posted++;
            result = RoomLockedAsync();
        }

        Touched();
        return result;
    }

    /// <summary>Takes packets as they are; gives how many were taken before and with them.</summary>
    public ulong Append(ReadOnlySpan<byte> packets)
    {
        ulong posted;
        lock (_lock)
        {
            if (!_closed)
            {
                _waiting.Append(packets);
                _posted++;
            }

            posted = _posted;
        }

        Touched();
        return posted;
    }

    /// <summary>Complete when not too much waits.</summary>
    public ValueTask RoomAsync()
    {
        lock (_lock)
        {
            return RoomLockedAsync();
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        lock (_lock)
        {
            if (_flushing || !TryTakeLocked(out var sending))
            {
                return;
            }

            _flushing = true;
            _sending = SendAsync(sending);
        }
    }

    /// <summary>Done when all that was taken is with the socket.</summary>
    public Task DrainedAsync()
    {
        Flush();
        lock (_lock)
        {
            return _sending;
        }
    }

    /// <summary>Nothing is taken or sent any more.</summary>
    public void Close()
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            _closed = true;
            room = _room;
            _room = null;
        }

        room?.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        lock (_lock)
        {
            // A send that still runs reads one of them.
            if (!_flushing)
            {
                _waiting.Dispose();
                _other.Dispose();
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (_lock)
        {
            _scheduled = false;
        }

        Flush();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The link's border: its reader sees the end of the connection and the peer dials again.")]
    private async Task SendAsync(LinkBuffer sending)
    {
        try
        {
            while (sending is not null)
            {
                for (var rest = sending.WrittenMemory; !rest.IsEmpty;)
                {
                    rest = rest[await socket.SendAsync(rest)..];
                }

                sending.Clear(KeptCapacity);
                sending = Next(sending)!;
            }
        }
        catch (Exception fault)
        {
            Close();
            failed(fault);
        }
    }

    // What waits now; null when nothing does, and the send ends.
    private LinkBuffer? Next(LinkBuffer sent)
    {
        TaskCompletionSource? room = null;
        LinkBuffer? next;
        lock (_lock)
        {
            _other = sent;
            if (_waiting.Length <= ComfortableBytes)
            {
                room = _room;
                _room = null;
            }

            _flushing = TryTakeLocked(out next!);
        }

        room?.TrySetResult();
        return next;
    }

    // True with the buffer to send; the other one takes what comes.
    private bool TryTakeLocked([NotNullWhen(true)] out LinkBuffer? sending)
    {
        sending = null;
        if (_closed || _waiting.Length == 0)
        {
            return false;
        }

        sending = _waiting;
        _waiting = _other;
        return true;
    }

    private ValueTask RoomLockedAsync() => _waiting.Length <= ComfortableBytes || _closed
        ? default
        : new ValueTask((_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task);

    private void Touched()
    {
        if (LinkBatch.Current is { } batch)
        {
            batch.Touch(this);
            return;
        }

        lock (_lock)
        {
            if (_scheduled || _closed)
            {
                return;
            }

            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
