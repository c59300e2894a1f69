using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Portico.Support;

/// <summary>
/// A register of the text protocol (GatewayWorker protocol section 1) on a free port, for tests of what asks one. It answers who connects
/// with the addresses of the moment, sends each change, and does not check keys.
/// </summary>
public sealed class TextRegister : IDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly List<Socket> _peers = [];
    private string[]? _addresses;

    /// <summary>Begins to listen.</summary>
    /// <param name="addresses">Of the gateways that are announced; null: it accepts connections and does not answer them.</param>
    public TextRegister(params string[]? addresses)
    {
        _addresses = addresses;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Address = $"gatewayworker://{_listener.LocalEndpoint}";
        _ = AcceptAsync();
    }

    /// <summary>As it stands in a configuration.</summary>
    public string Address { get; }

    /// <summary>From now on these gateways are announced.</summary>
    public void Announce(params string[] addresses)
    {
        lock (_lock)
        {
            _addresses = addresses;
            _peers.ForEach(Answer);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Cancel();
        _listener.Stop();
        lock (_lock)
        {
            _peers.ForEach(peer => peer.Dispose());
        }

        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var peer = await _listener.AcceptSocketAsync(_ending.Token);
                lock (_lock)
                {
                    _peers.Add(peer);
                    Answer(peer);
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Answer(Socket peer)
    {
        if (_addresses is { } addresses)
        {
            try
            {
                _ = peer.Send(Encoding.UTF8.GetBytes($$"""{"event":"broadcast_addresses","addresses":[{{string.Join(',', addresses.Select(address => $"\"{address}\""))}}]}""" + "\n"));
            }
            catch (SocketException)
            {
                // That peer has left.
            }
        }
    }
}
