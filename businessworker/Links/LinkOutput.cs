using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Links;

/// <summary>
/// All that leaves on one stream: commands in the order of the calls, and acknowledgements. From any thread. One flush is on its way at a time; what
/// comes meanwhile leaves together with the next one, which is what makes batches.
/// </summary>
internal sealed class LinkOutput(PipeWriter writer, Action<Exception> failed) : IBatchedOutput, IThreadPoolWorkItem, IDisposable
{
    // What waits before callers are asked to wait: an HTTP/2 window.
    private const int ComfortableBytes = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly AckTracker _acks = new();
    private LinkFrames _waiting = new();
    private LinkFrames _other = new();
    private TaskCompletionSource? _room;
    private ulong _lastPart;
    private bool _flushing;
    private bool _scheduled;
    private bool _closed;

    /// <summary>The link has ended; what is given is dropped.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Takes a command. The task is complete unless too much waits.</summary>
    public ValueTask AppendAsync(
        scoped in CommandFields fields, scoped ReadOnlySpan<string> names = default, scoped ReadOnlySpan<uint> connections = default, scoped ReadOnlySpan<uint> exclude = default)
    {
        ValueTask result;
        lock (_lock)
        {
            if (_closed)
            {
                return default;
            }

            _waiting.AddCommand(fields, names, connections, exclude, ref _lastPart);
            result = RoomLockedAsync();
        }

        Touched();
        return result;
    }

    /// <summary>Takes a send to one client: the same, only faster.</summary>
    public ValueTask SendAsync(uint connection, ReadOnlySpan<byte> body, bool binary)
    {
        ValueTask result;
        lock (_lock)
        {
            if (_closed)
            {
                return default;
            }

            _waiting.AddSend(connection, body, binary);
            result = RoomLockedAsync();
        }

        Touched();
        return result;
    }

    /// <summary>Events were handled by the reader, which flushes by itself.</summary>
    public void DoneInBatch(ulong first, ulong last)
    {
        lock (_lock)
        {
            _acks.Done(first, last);
        }
    }

    /// <summary>An event is done with that had to wait.</summary>
    public void Done(ulong sequence)
    {
        lock (_lock)
        {
            _acks.Done(sequence, sequence);
        }

        Touched();
    }

    /// <summary>Answers a probe. By the reader, which flushes by itself.</summary>
    public void Probed(ulong probe)
    {
        lock (_lock)
        {
            _waiting.AddProbed(probe);
        }
    }

    /// <summary>Says that no more events are wanted.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _waiting.AddLeaving();
        }

        Flush();
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
        LinkFrames sending;
        lock (_lock)
        {
            if (_flushing || !TryTakeLocked(out sending))
            {
                return;
            }

            _flushing = true;
        }

        _ = SendAsync(sending);
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
            // A flush that still runs reads one of them.
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

    [SuppressMessage("Design", "CA1031", Justification = "The link's border: its reader sees the end of the stream and the set dials again.")]
    private async Task SendAsync(LinkFrames sending)
    {
        try
        {
            while (true)
            {
                writer.Write(sending.Written);
                await writer.FlushAsync();
                sending.Clear();
                TaskCompletionSource? room;
                lock (_lock)
                {
                    _other = sending;
                    room = _waiting.Length <= ComfortableBytes ? _room : null;
                    _room = room is null ? _room : null;
                    if (!TryTakeLocked(out sending))
                    {
                        _flushing = false;
                    }
                }

                room?.TrySetResult();
                if (sending is null)
                {
                    return;
                }
            }
        }
        catch (Exception fault)
        {
            Close();
            failed(fault);
        }
    }

    // True with the buffer to send; the other one takes what comes.
    private bool TryTakeLocked(out LinkFrames sending)
    {
        sending = null!;
        if (_closed)
        {
            return false;
        }

        if (_acks.HasNews)
        {
            _waiting.AddAck(_acks.Through, CollectionsMarshal.AsSpan(_acks.TakeNews()));
            _acks.Told();
        }

        _waiting.Seal();
        if (_waiting.Length == 0)
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
