using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Portico.Support;

namespace Portico.WebApi.Tests.Crash;

/// <summary>Stands between web-api and MariaDB and, when told to, cuts the connection of the next COMMIT: before the server gets it, or between it and its answer.</summary>
internal sealed class CommitCutter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _server;
    private readonly Task _accepting;
    private int _cuts;
    private int _next;

    public CommitCutter(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were cut.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Cuts the connection that sends the next COMMIT.</summary>
    public void CutNext(bool serverGetsIt) => Volatile.Write(ref _next, serverGetsIt ? 2 : 1);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.Guarded();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                running.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The end of the test.
                break;
            }
        }

        await Task.WhenAll(running);
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        var answered = new TaskCompletionSource();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _server, _stop.Token);
            var commitIsOut = new StrongBox<bool>();
            await Task.WhenAny(AskAsync(near.GetStream(), far.GetStream(), commitIsOut, answered.Task), AnswerAsync(far.GetStream(), near.GetStream(), commitIsOut, answered));
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException)
        {
            // One side has left; so does the other.
            return;
        }
    }

    // Packet by packet: three bytes of length, a number, then the command's byte and its text.
    private async Task AskAsync(NetworkStream near, NetworkStream far, StrongBox<bool> commitIsOut, Task answered)
    {
        var head = new byte[4];
        while (true)
        {
            await near.ReadExactlyAsync(head, _stop.Token);
            var packet = new byte[4 + head[0] + (head[1] << 8) + (head[2] << 16)];
            head.CopyTo(packet, 0);
            await near.ReadExactlyAsync(packet.AsMemory(4), _stop.Token);
            var cut = packet.Length > 4 && packet[4] == 3 && Encoding.UTF8.GetString(packet.AsSpan(5)).Trim().Equals("COMMIT", StringComparison.OrdinalIgnoreCase) ? Interlocked.Exchange(ref _next, 0) : 0;
            if (cut == 1)
            {
                Interlocked.Increment(ref _cuts);
                return;
            }

            commitIsOut.Value = cut == 2;
            await far.WriteAsync(packet, _stop.Token);
            if (cut == 2)
            {
                await answered.WaitAsync(_stop.Token);
                Interlocked.Increment(ref _cuts);
                return;
            }
        }
    }

    private async Task AnswerAsync(NetworkStream far, NetworkStream near, StrongBox<bool> commitIsOut, TaskCompletionSource answered)
    {
        var buffer = new byte[65536];
        while (await far.ReadAsync(buffer, _stop.Token) is > 0 and var read)
        {
            if (commitIsOut.Value)
            {
                // Swallowed.
                answered.TrySetResult();
                continue;
            }

            await near.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
