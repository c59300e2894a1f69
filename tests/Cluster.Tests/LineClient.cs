using System.Net;
using System.Net.Sockets;
using System.Text;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>A client of a text listener.</summary>
internal sealed class LineClient : IDisposable
{
    private readonly StreamReader _reader;

    private LineClient(Socket socket) => _reader = new StreamReader(new NetworkStream(socket, ownsSocket: true), Encoding.UTF8);

    /// <summary>Sends a line.</summary>
    public Task SendAsync(string line) => _reader.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n")).AsTask().Guarded();

    /// <summary>The next line; null for the end of the connection.</summary>
    public async Task<string?> ReceiveAsync() => await _reader.ReadLineAsync().Guarded();

    public static async Task<LineClient> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port).Guarded();
        return new LineClient(socket);
    }

    /// <summary>So many lines; null for the end of the connection.</summary>
    public async Task<List<string?>> ReadAsync(int count)
    {
        var lines = new List<string?>();
        while (lines.Count < count)
        {
            lines.Add(await _reader.ReadLineAsync().Guarded());
        }

        return lines;
    }

    /// <summary>The lines before the given one, which is taken too.</summary>
    public async Task<List<string>> ReadUntilAsync(string last)
    {
        var lines = new List<string>();
        while (await _reader.ReadLineAsync().Guarded() is { } line && line != last)
        {
            lines.Add(line);
        }

        return lines;
    }

    public void Dispose() => _reader.Dispose();
}
