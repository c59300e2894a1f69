using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// One inner connection that speaks GatewayWorker's protocol: a GatewayClient's or a worker's. Packets are taken in their order
/// until the peer's end, so that commands that arrive together with it are all done; what breaks the rules ends this connection only.
/// </summary>
internal sealed partial class InnerConnection : IDisposable
{
    private readonly ConnectionContext _transport;
    private readonly PhpPort _port;
    private readonly CommandWindow _window;
    private readonly PhpAnswers _answers;
    private readonly PhpPackets _packets;
    private readonly ArrivalOrder.Arrival? _arrival;
    private readonly long _acceptedAt;
    private readonly WorkerInput? _worker;
    private readonly PhpWorkerLinks _links;
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _spoke;
    private long _lastProgress = -1;
    private long _progressAt;

    /// <summary>A connection that begins to live.</summary>
    public InnerConnection(ConnectionContext transport, PhpPort port)
    {
        _transport = transport;
        _port = port;
        _acceptedAt = Tongues.AcceptedAt(transport);
        _arrival = Tongues.ArrivalOf(transport);
        _window = new CommandWindow(port.Limits.Commands);
        if (transport.Items.TryGetValue(typeof(Socket), out var socket))
        {
            _worker = new WorkerInput((Socket)socket!, TakeOf);
        }

        Output = new InnerOutput(transport.Transport.Output);
        _links = new PhpWorkerLinks(this, port);
        _answers = new PhpAnswers(Output, port.Limits.Queries);

        // The short calls may have taken its first packets, the secret among them.
        _spoke = PhpShortCalls.HasProved(ShortCallListener.StateOf(transport));
        _packets = new PhpPackets(port, _answers, _spoke);
    }

    /// <summary>What is to be written.</summary>
    public InnerOutput Output { get; }

    private bool IsAborted => _aborted.Task.IsCompleted;

    private string Peer => _transport.RemoteEndPoint?.ToString() ?? "?";

    /// <summary>Reads until the peer's end, a broken rule, or <paramref name="ending"/>: the gateway has told the workers all and ends its streams.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        var input = _transport.Transport.Input;

        using var wake = ending.UnsafeRegister(static pipe => ((PipeReader)pipe!).CancelPendingRead(), input);
        try
        {
            await (_worker is { } worker ? PumpAllAsync(worker, ending) : ReadAllAsync(input, ending));
            await UnlessAbortedAsync(_answers.NoneWaitsAsync());
            await UnlessAbortedAsync(Output.DrainedAsync());
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            // The peer reset the connection, or we aborted it: what it had sent was taken, its links end below.
        }
        finally
        {
            End();
        }
    }

    /// <summary>Ends the connection; what was handed to the transport still leaves. Any thread.</summary>
    public void Close(string why)
    {
        LogAborted(Peer, why);
        _aborted.TrySetResult();
        _window.Open();
        _transport.Transport.Input.CancelPendingRead();
    }

    /// <summary>Drops the connection at once. Any thread.</summary>
    public void Abort(string why)
    {
        Close(why);
        _transport.Abort(new ConnectionAbortedException(why));
    }

    /// <summary>Looks at the deadlines, now and then. On a timer's thread.</summary>
    public void Sweep(long now)
    {
        var clock = _port.Clock;
        if (!Volatile.Read(ref _spoke) && clock.GetElapsedTime(_acceptedAt, now) >= _port.Limits.FirstPacketTime)
        {
            Abort("no whole packet came in time");
            return;
        }

        var progress = _answers.Progress;
        if (progress != _lastProgress)
        {
            _lastProgress = progress;
            _progressAt = now;
        }
        else if (progress >= 0 && clock.GetElapsedTime(_progressAt, now) >= _port.Limits.QueryTime)
        {
            Abort("a query could not be answered in time");
            return;
        }

        if (_links.IsPingDue(now))
        {
            Output.Enqueue(PingPiece.Instance);
        }
    }

    private async Task ReadAllAsync(PipeReader input, CancellationToken ending)
    {
        while (true)
        {
            var read = await input.ReadAsync(CancellationToken.None);
            if (!_spoke && _arrival is not null)
            {
                // Who came before is heard before: a GatewayClient uses a new connection for each command.
                await _arrival.TurnAsync();
            }

            var goesOn = TryTake(read.Buffer, _answers.Room, out var bytes, out var isCut);
            var consumed = read.Buffer.GetPosition(bytes);
            input.AdvanceTo(consumed, isCut ? consumed : read.Buffer.End);
            if (!goesOn || (read.IsCompleted && !isCut) || IsAborted || (read.IsCanceled && ending.IsCancellationRequested))
            {
                return;
            }

            if (bytes > 0)
            {
                await UnlessAbortedAsync(_window.AddAsync(0));
                await UnlessAbortedAsync(_answers.RoomAsync());
            }
        }
    }

    private async Task PumpAllAsync(WorkerInput worker, CancellationToken ending)
    {
        _port.Inputs[worker] = true;
        try
        {
            while (worker.Pump() && !IsAborted && !ending.IsCancellationRequested)
            {
                await UnlessAbortedAsync(_window.AddAsync(0));
                await UnlessAbortedAsync(_answers.RoomAsync());
                await UnlessAbortedAsync(worker.WaitAsync(ending));
            }
        }
        finally
        {
            _ = _port.Inputs.TryRemove(worker, out _);
        }
    }

    private bool TakeOf(ReadOnlySequence<byte> buffer, out int taken)
    {
        if (TryTake(buffer, long.MaxValue, out taken, out _))
        {
            return !IsAborted;
        }

        // May run on another connection's thread: this connection's own thread is blocked reading.
        _aborted.TrySetResult();
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _worker?.Dispose();

    private Task UnlessAbortedAsync(Task task) => task.IsCompleted ? task : Task.WhenAny(task, _aborted.Task);

    /// <summary>Takes whole packets; false when the connection is over.</summary>
    private bool TryTake(ReadOnlySequence<byte> buffer, long room, out int bytes, out bool isCut)
    {
        bytes = (int)_packets.WholeLength(buffer, room, out isCut, out var fault);
        if (bytes > 0)
        {
            var batch = new PhpBatch(buffer.Slice(0, bytes), _port, _window.Remove);
            _ = _window.AddAsync(bytes);
            fault = _packets.Read(batch) ?? fault ?? (_worker is not null && _answers.IsFlooded ? "a worker asks more than it reads" : null);
            if (_worker is null && batch.HasQueries)
            {
                _port.CatchUp((_transport.RemoteEndPoint as IPEndPoint)?.Address);
            }

            if (_links.AreOpen || batch.HasQueries)
            {
                _port.NoteActivity();
            }

            if (!batch.TryPost(_port.Loops))
            {
                return false;
            }

            Volatile.Write(ref _spoke, true);
            _arrival?.Settle();
        }

        // After the commands, which go to the same inboxes: events follow from here on.
        if (!_links.AreOpen && _packets.WorkerKey is { } workerKey)
        {
            _links.Open((_transport.RemoteEndPoint as IPEndPoint)?.Address, workerKey);
            LogWorker(_links.Key);
        }

        if (fault is not null)
        {
            _port.Warnings.Add(_transport.RemoteEndPoint, "the connection to the inner port is closed: " + fault);
        }

        return fault is null;
    }

    private void End()
    {
        _links.End();
        if (_links.AreOpen)
        {
            LogWorkerGone(_links.Key);
        }
    }
}
