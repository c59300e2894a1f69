using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Links;

/// <summary>All that leaves on one stream: commands in the order of the calls, and acknowledgements.</summary>
internal sealed class LinkOutput(PipeWriter writer, Action<Exception> failed) : BatchedOutput<LinkFrames>(new LinkFrames(), new LinkFrames(), failed)
{
    private const int PieceBytes = 1024 * 1024;

    private readonly AckTracker _acks = new();
    private ulong _lastPart;

    /// <summary>Takes a command. The task is complete unless too much waits.</summary>
    public ValueTask AppendAsync(
        scoped in CommandFields fields, scoped ReadOnlySpan<string> names = default, scoped ReadOnlySpan<uint> connections = default,
        scoped ReadOnlySpan<uint> exclude = default)
    {
        ValueTask result;
        lock (Gate)
        {
            if (IsClosed)
            {
                return default;
            }

            Waiting.AddCommand(fields, names, connections, exclude, ref _lastPart);
            result = RoomLockedAsync();
        }

        Touched();
        return result;
    }

    /// <summary>Takes a send to one client: the same, only faster.</summary>
    public ValueTask SendAsync(uint connection, ReadOnlySpan<byte> body, bool binary)
    {
        ValueTask result;
        lock (Gate)
        {
            if (IsClosed)
            {
                return default;
            }

            Waiting.AddSend(connection, body, binary);
            result = RoomLockedAsync();
        }

        Touched();
        return result;
    }

    /// <summary>Events were handled by the reader, which flushes by itself.</summary>
    public void DoneInBatch(ulong first, ulong last)
    {
        lock (Gate)
        {
            _acks.Done(first, last);
        }
    }

    /// <summary>An event is done with that had to wait.</summary>
    public void Done(ulong sequence)
    {
        lock (Gate)
        {
            _acks.Done(sequence, sequence);
        }

        Touched();
    }

    /// <summary>Answers a probe. By the reader, which flushes by itself.</summary>
    public void Probed(ulong probe)
    {
        lock (Gate)
        {
            Waiting.AddProbed(probe);
        }
    }

    /// <summary>Says that no more events are wanted.</summary>
    public void Leave()
    {
        lock (Gate)
        {
            Waiting.AddLeaving();
        }

        Flush();
    }

    /// <inheritdoc/>
    protected override async ValueTask SendAsync(LinkFrames sending)
    {
        // A large answer goes in pieces: the writer keeps what it holds in one array.
        for (var at = 0; at < sending.Length; at += PieceBytes)
        {
            writer.Write(sending.Written.Slice(at, Math.Min(PieceBytes, sending.Length - at)));
            await writer.FlushAsync();
        }
    }

    /// <inheritdoc/>
    protected override void CompleteLocked(LinkFrames waiting)
    {
        if (_acks.HasNews)
        {
            waiting.AddAck(_acks.Through, CollectionsMarshal.AsSpan(_acks.TakeNews()));
            _acks.Told();
        }

        waiting.Seal();
    }
}
