using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Portico.Gateway.Transport;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

/// <summary>Loops of one kind with a listener, and peers that connect to it.</summary>
internal sealed class TransportHarness : ILoopOwner, ITransportListenerHandler, IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<ScriptedSocket>> _accepted = new();
    private readonly bool _secured;

    public TransportHarness(TransportKind kind, int loops = 1, TimeProvider? clock = null, TransportOptions? options = null, ListenerOptions? listener = null, bool secured = false, int port = 0)
    {
        _secured = secured;
        Factory = new TransportFactory(kind, options ?? new TransportOptions(), clock ?? TimeProvider.System, Log);
        Loops = [.. Enumerable.Range(0, loops).Select(Factory.CreateLoop)];
        Array.ForEach(Loops, loop => loop.Start(this));
        listener ??= new ListenerOptions { Index = 3, EndPoint = new IPEndPoint(IPAddress.Loopback, port) };
        Listener = Factory.Listen(listener, Loops, this);
    }

    public TransportFactory Factory { get; }

    public EventLoop[] Loops { get; }

    public ClientListener Listener { get; }

    public RecordingLoggers Log { get; } = new();

    /// <summary>What new connections do.</summary>
    public Action<ScriptedSocket> Configure { get; set; } = _ => { };

    /// <summary>Refuses what comes when false.</summary>
    public bool Adopts { get; set; } = true;

    public bool Secured => _secured;

    public int SocketCount => Loops.Sum(loop => loop.Transport.SocketCount);

    public void OnAccepted(AcceptedSocket accepted)
    {
        Assert.Equal(3, accepted.Listener);
        if (!Adopts || !accepted.Loop!.Post(accepted))
        {
            accepted.Discard();
        }
    }

    public void AfterSockets()
    {
    }

    public void OnInbox(object item)
    {
        if (item is Action action)
        {
            action();
            return;
        }

        var accepted = (AcceptedSocket)item;
        var socket = new ScriptedSocket { Loop = accepted.Loop! };
        Configure(socket);
        socket.Socket = accepted.Loop!.Transport.Adopt(accepted, socket);
        Arrival(accepted.RemoteEndPoint.Port).TrySetResult(socket);
    }

    public bool AfterInbox() => false;

    public void OnTick(long now)
    {
    }

    /// <summary>A connected peer and our side of it.</summary>
    public async Task<(Peer Peer, ScriptedSocket Socket)> ConnectAsync()
    {
        var peer = await ConnectPeerAsync();
        var socket = await AcceptedAsync(peer);
        return (peer, socket);
    }

    public async Task<Peer> ConnectPeerAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(Listener.EndPoint).Guarded();
        return await Peer.OpenAsync(client, _secured);
    }

    public async Task<ScriptedSocket> AcceptedAsync(Peer peer)
    {
        var socket = await Arrival(peer.Port).Task.Guarded();
        _accepted.TryRemove(peer.Port, out _);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Listener.Dispose();
        foreach (var loop in Loops)
        {
            await loop.StopAsync().Guarded();
        }
    }

    private TaskCompletionSource<ScriptedSocket> Arrival(int port) =>
        _accepted.GetOrAdd(port, _ => new TaskCompletionSource<ScriptedSocket>(TaskCreationOptions.RunContinuationsAsynchronously));
}
