using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Portico.Contracts.Link;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// What a worker's socket has received, taken under a lock: by the connection's own task when something comes, and by whoever must know that all
/// that was sent so far is with the loops.
/// </summary>
internal sealed class WorkerInput(Socket socket, WorkerInput.Take take) : IDisposable
{
    private const int ReadBytes = 64 * 1024;
    private const int KeptCapacity = 256 * 1024;

    // linux/in.h and linux/tcp.h.
    private const int LevelTcp = 6;
    private const int QuickAck = 12;

    private readonly Lock _gate = new();
    private readonly LinkBuffer _received = new();
    private bool _isOver;

    /// <summary>Takes whole packets from the start; false when the connection is over.</summary>
    internal delegate bool Take(ReadOnlySequence<byte> buffer, out int taken);

    /// <summary>Where it comes from.</summary>
    public IPAddress Peer { get; } = ((IPEndPoint)socket.RemoteEndPoint!).Address;

    /// <summary>Done when there is something to take, or the end.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => _ = await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken);

    /// <summary>Takes what is there; false when the connection is over. Any thread.</summary>
    public bool Pump()
    {
        lock (_gate)
        {
            try
            {
                // Not more than a few reads: a worker that never stops must not hold up who catches up.
                for (var reads = 0; reads < 64 && !_isOver; reads++)
                {
                    var count = socket.Receive(_received.GetSpan(ReadBytes), SocketFlags.None, out var error);
                    if (error == SocketError.WouldBlock)
                    {
                        break;
                    }

                    _isOver = error != SocketError.Success || count == 0;
                    if (!_isOver)
                    {
                        AcknowledgeAtOnce();
                        _received.Advance(count);
                        _isOver = !take(new ReadOnlySequence<byte>(_received.WrittenMemory), out var taken);
                        _received.RemoveStart(taken);
                    }
                }
            }
            catch (Exception gone) when (gone is ObjectDisposedException or SocketException)
            {
                // This worker's end is told by its own connection; whoever only catches up must not meet it.
                _isOver = true;
            }

            if (_received.Length == 0)
            {
                _received.Clear(KeptCapacity);
            }

            return !_isOver;
        }
    }

    // A peer with Nagle's algorithm on holds a small packet back until the one before is acknowledged, up to 40 ms, and what it asks on another
    // connection overtakes it. PHP turns it off only where its extension "sockets" is there. The kernel forgets this by itself (tcp(7), TCP_QUICKACK).
    private void AcknowledgeAtOnce()
    {
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(LevelTcp, QuickAck, [1, 0, 0, 0]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _received.Dispose();
        }
    }
}
