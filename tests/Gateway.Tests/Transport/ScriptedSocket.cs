using System.Collections.Concurrent;
using System.Net.Sockets;
using Portico.Gateway.Transport;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

/// <summary>The gateway's side of a test connection: records what it is told, sends through a backlog, does what a test adds.</summary>
internal sealed class ScriptedSocket : ITransportSocketHandler
{
    private readonly Queue<ReadOnlyMemory<byte>> _backlog = [];
    private readonly List<byte> _received = [];
    private readonly ConcurrentQueue<string> _told = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SocketError> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required EventLoop Loop { get; init; }

    public TransportSocket Socket { get; set; } = null!;

    /// <summary>Sends back what comes.</summary>
    public bool Echoes { get; set; }

    /// <summary>Called instead of recording.</summary>
    public SpanAction? Bytes { get; set; }

    public Task Ended => _ended.Task;

    public Task<SocketError> Broken => _broken.Task;

    public int Writable { get; private set; }

    public int Backlog => _backlog.Sum(piece => piece.Length);

    /// <summary>Every callback by name, in order.</summary>
    public IEnumerable<string> Told => _told;

    public delegate void SpanAction(Span<byte> bytes);

    public byte[] Received()
    {
        lock (_received)
        {
            return _received.ToArray();
        }
    }

    public Task UntilReceivedAsync(int count) => Guard.UntilAsync(() => Received().Length >= count, $"{count} bytes, {Received().Length} came");

    /// <summary>On the loop's thread.</summary>
    public Task DoAsync(Action<TransportSocket> action) => Loop.RunAsync(() => action(Socket));

    /// <summary>On the loop's thread: gives the socket what it takes and keeps the rest for OnWritable.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        var taken = _backlog.Count > 0 ? 0 : Socket.Send(bytes);
        if (taken < bytes.Length)
        {
            _backlog.Enqueue(bytes[taken..].ToArray());
        }
    }

    public void OnBytes(Span<byte> received)
    {
        _told.Enqueue("bytes");
        if (Bytes is { } bytes)
        {
            bytes(received);
            return;
        }

        lock (_received)
        {
            _received.AddRange(received);
        }

        if (Echoes)
        {
            Send(received);
        }
    }

    public void OnWritable()
    {
        Writable++;
        while (_backlog.TryPeek(out var piece))
        {
            var taken = Socket.Send(piece.Span);
            _backlog.Dequeue();
            if (taken < piece.Length)
            {
                var rest = _backlog.ToArray();
                _backlog.Clear();
                _backlog.Enqueue(piece[taken..]);
                Array.ForEach(rest, _backlog.Enqueue);
                return;
            }
        }
    }

    public void OnEnd()
    {
        _told.Enqueue("end");
        _ended.TrySetResult();
    }

    public void OnError(SocketError error)
    {
        _told.Enqueue("error");
        _broken.TrySetResult(error);
    }
}
