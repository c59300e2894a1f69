using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

public sealed class ShortCallListenerTests : IAsyncDisposable
{
    private readonly FakeClock _clock = new();
    private readonly ArrivalOrder _order;
    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    private readonly RecordingCalls _calls = new();
    private IConnectionListener? _listener;

    public ShortCallListenerTests() => _order = new ArrivalOrder(_clock);

    [Fact]
    public async Task Run_ConnectWriteClose_TakesAllInOrder()
    {
        var port = await StartAsync();
        for (var i = 0; i < 500; i++)
        {
            using var socket = Connect(port);
            _ = socket.Send(Encoding.ASCII.GetBytes($"call{i};"));
        }

        await Guard.UntilAsync(() => _calls.Count == 500, "500 calls");
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"call{i};"), _calls.Taken);
    }

    [Theory]
    [InlineData("PRI * HTTP/2.0")]
    [InlineData("long way")]
    public async Task Run_WhatIsNotTaken_IsGivenOnWithAllItsBytes(string sent)
    {
        var port = await StartAsync();
        using var socket = Connect(port);
        _ = socket.Send(Encoding.ASCII.GetBytes(sent));

        await using var connection = await AcceptAsync();
        var read = await connection.Transport.Input.ReadAtLeastAsync(sent.Length).AsTask().Guarded();

        Assert.Equal(sent, Encoding.ASCII.GetString(read.Buffer));
        Assert.Empty(_calls.Taken);
    }

    [Fact]
    public async Task Run_SilentConnection_IsGivenOnAndHoldsUpNobody()
    {
        var port = await StartAsync();
        using var silent = Connect(port);
        using (var quick = Connect(port))
        {
            _ = quick.Send("call;"u8);
        }

        await Guard.UntilAsync(() => _calls.Count == 1, "the call behind the silent one");
        _clock.Advance(TimeSpan.FromSeconds(1));
        await using var connection = await AcceptAsync();

        Assert.Equal(((IPEndPoint)silent.LocalEndPoint!).Port, ((IPEndPoint)connection.RemoteEndPoint!).Port);
    }

    [Fact]
    public async Task Run_StaysAfterItsCall_IsGivenOnWithWhatIsKnownOfIt()
    {
        var port = await StartAsync();
        using var socket = Connect(port);
        _ = socket.Send("call;"u8);
        await Guard.UntilAsync(() => _calls.Count == 1, "the call");

        _clock.Advance(TimeSpan.FromSeconds(1));
        await using var connection = await AcceptAsync();

        Assert.Equal("call;", Assert.Single(_calls.Taken));
        Assert.Equal("known", ShortCallListener.StateOf(connection));
    }

    [Fact]
    public async Task Run_CallBehindOneThatGoesTheLongWay_WaitsForItsTurn()
    {
        var port = await StartAsync();
        using var first = Connect(port);
        _ = first.Send("long way"u8);
        await using var before = await AcceptAsync();
        using var second = Connect(port);
        _ = second.Send("call;"u8);

        // Given on too, so that the order of the arrivals decides. Time stands still: nobody is passed over for being slow.
        await using var behind = await AcceptAsync();
        var turn = Tongues.ArrivalOf(behind)!.TurnAsync().AsTask();
        Tongues.ArrivalOf(before)!.Settle();
        await turn.Guarded();

        Assert.Empty(_calls.Taken);
    }

    [Fact]
    public async Task Run_NoDescriptorForMore_LeavesThemInTheBacklogAndRecovers()
    {
        _calls.MayAccept = false;
        var port = await StartAsync();
        using var last = Connect(port);
        _ = last.Send("call0;"u8);
        await Guard.UntilAsync(() => _calls.Count == 1, "the last one");
        using var waiting = Connect(port);
        _ = waiting.Send("call1;"u8);
        await Guard.UntilAsync(() => Later() && _calls.Pauses > 1, "a second look, which finds no room either");
        Assert.Equal(1, _calls.Count);

        _calls.MayAccept = true;

        await Guard.UntilAsync(() => Later() && _calls.HasResumed, "the one that waited");
    }

    public async ValueTask DisposeAsync()
    {
        await (_listener?.DisposeAsync() ?? default);
        _connections.Dispose();
    }

    private bool Later()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return true;
    }

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private async Task<int> StartAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var factory = new ShortCallListenerFactory(() => socket, 512, () => _calls, TlsDoor.None, _order, _connections, _clock);
        _listener = await factory.BindAsync(socket.LocalEndPoint!);
        return ((IPEndPoint)_listener.EndPoint).Port;
    }

    private async Task<ConnectionContext> AcceptAsync() => (await _listener!.AcceptAsync().AsTask().Guarded())!;

    private sealed class RecordingCalls : IShortCalls
    {
        private readonly List<string> _taken = [];

        private volatile bool _mayAccept = true;
        private volatile bool _hasResumed;
        private int _pauses;

        public bool MayAccept
        {
            get => _mayAccept;
            set => _mayAccept = value;
        }

        public bool HasResumed => _hasResumed;

        public int Pauses => Volatile.Read(ref _pauses);

        public int Count
        {
            get
            {
                lock (_taken)
                {
                    return _taken.Count;
                }
            }
        }

        public List<string> Taken
        {
            get
            {
                lock (_taken)
                {
                    return [.. _taken];
                }
            }
        }

        public bool TryTake(ref object? state, ReadOnlySpan<byte> bytes)
        {
            var text = Encoding.ASCII.GetString(bytes);
            if (!text.StartsWith("call", StringComparison.Ordinal))
            {
                return false;
            }

            lock (_taken)
            {
                _taken.Add(text);
            }

            state = "known";
            return true;
        }

        public bool WaitForRoom(TimeSpan time) => true;

        public bool LeavesRoom(Socket accepted) => _mayAccept;

        public bool HasRoom() => _mayAccept;

        public void Paused(string why) => Interlocked.Increment(ref _pauses);

        public void Resumed() => _hasResumed = true;
    }
}
