using System.Net;
using System.Net.Sockets;

namespace Portico.Support;

/// <summary>Plain TCP to a port of this machine, for bytes that no well-behaved client would send.</summary>
public sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private RawClient()
    {
    }

    /// <summary>The socket itself.</summary>
    public Socket Socket => _socket;

    /// <summary>Connects to 127.0.0.1.</summary>
    public static async Task<RawClient> ConnectAsync(int port)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync(IPAddress.Loopback, port).Guarded();
        return client;
    }

    /// <summary>Sends all of it.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        var sent = 0;
        while (sent < bytes.Length)
        {
            sent += await _socket.SendAsync(bytes.AsMemory(sent)).AsTask().Guarded();
        }
    }

    /// <summary>Exactly that many bytes.</summary>
    /// <exception cref="EndOfStreamException">The peer ended before.</exception>
    public async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        var got = 0;
        while (got < count)
        {
            var read = await _socket.ReceiveAsync(bytes.AsMemory(got)).AsTask().Guarded();
            if (read == 0)
            {
                throw new EndOfStreamException($"Ended after {got} of {count} bytes.");
            }

            got += read;
        }

        return bytes;
    }

    /// <summary>Everything until the peer ends; a reset counts as the end.</summary>
    public async Task<byte[]> ReceiveToEndAsync()
    {
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory()).AsTask().Guarded() is > 0 and var read)
            {
                await all.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (SocketException)
        {
            // Reset: an end too.
        }

        return all.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
