using System.Text;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>Answers of one Execute stream that wait to be written. Filled on loops' threads, emptied by the stream's.</summary>
internal sealed class ExecuteAnswers(int messageBytes, long limit) : ICommandAnswer, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<int> _cuts = new();
    private LinkBuffer _filling = new();
    private LinkBuffer _taken = new();
    private int _lastCut;
    private TaskCompletionSource _some = NewSignal();
    private bool _disposed;

    /// <summary>The caller does not read its answers.</summary>
    public bool IsOverLimit { get; private set; }

    /// <inheritdoc/>
    public void OnAnswer(ulong id, CommandOutcome outcome, CommandResult? rows)
    {
        lock (_gate)
        {
            if (_disposed || IsOverLimit)
            {
                return;
            }

            Append(id, outcome, rows);
            IsOverLimit = _filling.Length > limit;
            _some.TrySetResult();
        }
    }

    /// <summary>No answer will follow: whoever waits goes on.</summary>
    public void End()
    {
        lock (_gate)
        {
            _some.TrySetResult();
        }
    }

    /// <summary>Done when there is something to write, or no answer will follow.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            return _some.Task;
        }
    }

    /// <summary>From here on whatever comes is told anew. Before one looks whether all is done: the end that comes behind that look must not be lost.</summary>
    public void Rearm()
    {
        lock (_gate)
        {
            if (_some.Task.IsCompleted)
            {
                _some = NewSignal();
            }
        }
    }

    /// <summary>Takes all that waits, as the ends of messages in a buffer that is valid until the next call.</summary>
    public ReadOnlyMemory<byte> TakeAll(Queue<int> ends)
    {
        lock (_gate)
        {
            if (_lastCut < _filling.Length)
            {
                _cuts.Enqueue(_filling.Length);
            }

            while (_cuts.TryDequeue(out var end))
            {
                ends.Enqueue(end);
            }

            _taken.Clear(64 * 1024);
            (_taken, _filling) = (_filling, _taken);
            _lastCut = 0;
            return _taken.WrittenMemory;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _filling.Dispose();
            _taken.Dispose();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Append(ulong id, CommandOutcome outcome, CommandResult? rows)
    {
        if (rows is null || rows.Clients.Count + rows.Counts.Count == 0)
        {
            GatewayMessageWriter.AppendReplyResult(_filling, new ResultView
            {
                Id = id,
                Status = outcome.Status,
                Delivered = outcome.Delivered,
                Count = outcome.Count,
                Error = outcome.Error is { } error ? Encoding.UTF8.GetBytes(error) : default,
            });
            Cut();
            return;
        }

        foreach (var page in CommandResults.Pages(id, outcome, rows, messageBytes))
        {
            GatewayMessageWriter.AppendReplyResult(_filling, page);
            Cut();
        }
    }

    private void Cut()
    {
        if (_filling.Length - _lastCut >= messageBytes)
        {
            _lastCut = _filling.Length;
            _cuts.Enqueue(_lastCut);
        }
    }
}
