using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Portico.Contracts.Rpc;

/// <summary>
/// One thread that accepts, looks at what each connection has sent, and either is done with it or gives it to Kestrel: what begins with
/// <c>PRI </c>, what the <see cref="IShortCalls"/> do not take, and what stays.
/// </summary>
public sealed class ShortCallListener : IConnectionListener
{
    // Who has said or finished nothing by then is not one of the short ones.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan IdleWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan YoungWait = TimeSpan.FromMilliseconds(5);

    private const int MostYoung = 512;
    private const int MostAtOnce = 128;
    private const int PeekBytes = 64 * 1024;

    private readonly Socket _listener;
    private readonly IShortCalls _calls;
    private readonly TlsDoor _door;
    private readonly ArrivalOrder _order;
    private readonly TimeProvider _clock;
    private readonly HandedOver _others;
    private readonly List<Young> _young = [];
    private readonly List<Socket> _readable = [];
    private readonly byte[] _bytes = new byte[PeekBytes];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _ending = new();
    private readonly ShortCallAcceptor _acceptor;

    internal ShortCallListener(
        Socket listener, IShortCalls calls, TlsDoor door, ArrivalOrder order, SocketConnectionContextFactory connections, TimeProvider clock)
    {
        _listener = listener;
        _listener.Blocking = false;
        _calls = calls;
        _door = door;
        _order = order;
        _others = new HandedOver(calls, door, order, connections);
        _clock = clock;
        _acceptor = new ShortCallAcceptor(listener, calls, clock);
        EndPoint = listener.LocalEndPoint!;
        new Thread(Run) { IsBackground = true, Name = "inner accept" }.Start();
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    /// <summary>What the short calls remember of a connection that is served the long way now; null for nothing.</summary>
    public static object? StateOf(ConnectionContext connection) => connection.Items.TryGetValue(typeof(IShortCalls), out var state) ? state : null;

    /// <inheritdoc/>
    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => _others.NextAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _ending.Set();
        await _ended.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        await _others.DisposeAsync();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The loop's border: the server sees the fault as that of its listener and ends.")]
    private void Run()
    {
        Exception? fault = null;
        try
        {
            while (!_ending.IsSet)
            {
                Wait();
                if (!_calls.WaitForRoom(IdleWait))
                {
                    continue;
                }

                // All are accepted before any is read: what a peer sent before it dialled again is then here, and before in the list.
                AcceptAll();
                ReadAll();
            }
        }
        catch (Exception thrown)
        {
            fault = thrown;
        }

        foreach (var young in _young)
        {
            young.Socket.Dispose();
        }

        _listener.Dispose();
        _others.Complete(fault);
        _ended.TrySetResult();
    }

    private void Wait()
    {
        _readable.Clear();
        var isPaused = _acceptor.IsResting;
        if (!isPaused)
        {
            _readable.Add(_listener);
        }

        foreach (var young in _young)
        {
            _readable.Add(young.Socket);
        }

        if (_readable.Count == 0)
        {
            _ = _ending.Wait(YoungWait);
            return;
        }

        Socket.Select(_readable, null, null, isPaused || _young.Count > 0 ? YoungWait : IdleWait);
    }

    private void AcceptAll()
    {
        var isReady = _readable.Contains(_listener);
        for (var i = 0; i < MostAtOnce && !_acceptor.IsResting && _acceptor.TryAccept(isReady && i == 0, out var socket); i++)
        {
            _young.Add(new Young(socket, _clock.GetTimestamp()));
        }
    }

    private void ReadAll()
    {
        var kept = 0;
        for (var i = 0; i < _young.Count; i++)
        {
            var young = _young[i];
            if (IsToStay(ref young, mayWait: _young.Count - i <= MostYoung))
            {
                _young[kept++] = young;
            }
        }

        _young.RemoveRange(kept, _young.Count - kept);
    }

    private bool IsToStay(ref Young young, bool mayWait)
    {
        try
        {
            return Read(ref young, mayWait);
        }
        catch (SocketException)
        {
            // It broke while it was looked at: there is nobody to serve.
            young.Socket.Dispose();
            return false;
        }
    }

    // True while it is one of the young.
    private bool Read(ref Young young, bool mayWait)
    {
        while (true)
        {
            var count = young.Socket.Receive(_bytes, SocketFlags.Peek, out var error);
            if (error == SocketError.WouldBlock)
            {
                if (mayWait && _clock.GetElapsedTime(young.AcceptedAt) < Patience)
                {
                    return true;
                }

                _others.Add(young, []);
                return false;
            }

            if (error != SocketError.Success || count == 0)
            {
                // It said what it had to say, or broke.
                young.Socket.Dispose();
                return false;
            }

            if (!_door.Admits(_bytes))
            {
                _door.Refuse(young.Socket.RemoteEndPoint);
                young.Socket.Dispose();
                return false;
            }

            if (count < Tongues.Needed && mayWait && _clock.GetElapsedTime(young.AcceptedAt) < Patience)
            {
                return true;
            }

            if (!TryTake(ref young, count))
            {
                _others.Add(young, _bytes.AsSpan(0, count));
                return false;
            }
        }
    }

    private bool TryTake(ref Young young, int count)
    {
        var bytes = _bytes.AsSpan(0, count);
        if (count == PeekBytes
            || count < Tongues.Needed
            || _door.IsTls(bytes)
            || Tongues.IsHttp2(bytes)
            || !_order.IsSettled
            || !_calls.TryTake(ref young.State, bytes))
        {
            return false;
        }

        // What was looked at is taken out; there may be more by now.
        _ = young.Socket.Receive(bytes, SocketFlags.None, out _);
        return true;
    }
}
