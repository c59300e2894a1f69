using System.IO.Pipelines;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// The small queue through which the loops' bytes reach one inner connection: filled from any thread, written by one task at a
/// time, which takes all that waits with one flush.
/// </summary>
internal sealed class InnerOutput(PipeWriter writer)
{
    // More than this in one go would hold memory that the peer may never read.
    private const int BytesPerFlush = 256 * 1024;

    private readonly Lock _gate = new();
    private Queue<IOutputPiece> _waiting = new();
    private Queue<IOutputPiece> _taken = new();
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;
    private bool _broken;

    /// <summary>Has a piece written after all that came before.</summary>
    public void Enqueue(IOutputPiece piece)
    {
        lock (_gate)
        {
            if (!_broken)
            {
                _waiting.Enqueue(piece);
                if (!_isWriting)
                {
                    _isWriting = true;
                    _writing = Task.Run(WriteAllAsync);
                }

                return;
            }
        }

        piece.OnWritten(false);
    }

    /// <summary>Done when nothing waits, or when nothing can be written any more.</summary>
    public Task DrainedAsync()
    {
        lock (_gate)
        {
            return _writing;
        }
    }

    private async Task WriteAllAsync()
    {
        var sent = true;
        while (TryTake())
        {
            while (_taken.Count > 0)
            {
                sent = sent && await TryWriteAsync();
                if (!sent)
                {
                    Break();
                }
            }
        }
    }

    private bool TryTake()
    {
        lock (_gate)
        {
            (_taken, _waiting) = (_waiting, _taken);
            _isWriting = _taken.Count > 0;
            return _isWriting;
        }
    }

    private async Task<bool> TryWriteAsync()
    {
        var pieces = new List<IOutputPiece>();
        var sent = false;
        try
        {
            while (writer.UnflushedBytes < BytesPerFlush && _taken.TryDequeue(out var piece))
            {
                pieces.Add(piece);
                piece.WriteTo(writer);
            }

            var flushed = await writer.FlushAsync();
            sent = !flushed.IsCompleted && !flushed.IsCanceled;
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The connection is gone or given up; its reader learns it too and ends the links.
            sent = false;
        }

        foreach (var piece in pieces)
        {
            piece.OnWritten(sent);
        }

        return sent;
    }

    private void Break()
    {
        lock (_gate)
        {
            _broken = true;
        }

        while (_taken.TryDequeue(out var piece))
        {
            piece.OnWritten(false);
        }
    }
}
