using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Portico.Gateway.Tests.Protocols.WebSocket;

namespace Portico.Gateway.Tests.Model;

/// <summary>A client on a real socket, and what it should be and should have been sent. It reads only when it is pumped.</summary>
internal sealed class ModelPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Dictionary<char, Queue<string>> _expected = new() { ['c'] = new(), ['w'] = new() };
    private readonly bool _webSocket;
    private byte[] _input = new byte[4096];
    private int _filled;
    private bool _open;

    private ModelPeer(bool webSocket, bool small)
    {
        _webSocket = webSocket;
        _open = !webSocket;
        if (small)
        {
            // So that a stalled one is felt by the gateway early.
            _socket.ReceiveBufferSize = 4096;
        }
    }

    public uint Connection { get; set; }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public string? Uid { get; set; }

    public List<string> Groups { get; } = [];

    /// <summary>Messages that it sent, as the worker must see them.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>It does not read.</summary>
    public bool Stalled { get; set; }

    /// <summary>It ended without having been sent all.</summary>
    public bool CutOff { get; set; }

    /// <summary>It was told to go or went: its socket must come to an end.</summary>
    public bool Leaving { get; set; }

    /// <summary>Its socket has ended.</summary>
    public bool Ended { get; private set; }

    /// <summary>It was sent all that it should have been, and where it left it has seen the end.</summary>
    public bool IsDone => CutOff || (_open && _expected.Values.All(lines => lines.Count == 0) && (Ended || !Leaving));

    public static async Task<ModelPeer> ConnectAsync(int port, bool webSocket, bool small)
    {
        var peer = new ModelPeer(webSocket, small);
        await peer._socket.ConnectAsync(IPAddress.Loopback, port);
        if (webSocket)
        {
            peer.Write(ClientFrames.Request());
        }

        return peer;
    }

    /// <summary>It shall get that line; the first character tells who sends it: only lines of the same sender keep their order.</summary>
    public void Expect(string line) => _expected[line[0]].Enqueue(line);

    public void Send(string line)
    {
        Sent.Add(line);
        Expect("w" + line);
        Write(_webSocket ? ClientFrames.Frame(ClientFrames.Text, line) : Encoding.ASCII.GetBytes(line + "\n"));
    }

    public void HalfClose()
    {
        Leaving = true;
        _socket.Shutdown(SocketShutdown.Send);
    }

    public void Reset()
    {
        Leaving = true;
        CutOff = true;
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
        Ended = true;
    }

    /// <summary>Reads what is there; every line must be the next one.</summary>
    public void Pump()
    {
        while (!Ended && !Stalled && _socket.Poll(0, SelectMode.SelectRead))
        {
            if (_filled == _input.Length)
            {
                Array.Resize(ref _input, _input.Length * 2);
            }

            var read = Read();
            if (read == 0)
            {
                Ended = true;
                _socket.Dispose();
            }

            _filled += read;
            var used = Take(_input.AsSpan(0, _filled));
            _input.AsSpan(used, _filled - used).CopyTo(_input);
            _filled -= used;
        }
    }

    public override string ToString() =>
        $"{Connection} {(_webSocket ? "websocket" : "text")} stalled {Stalled} leaving {Leaving} ended {Ended}, missing {string.Join(", ", _expected.Values.Select(lines => $"{lines.Count} from {(lines.Count > 0 ? lines.Peek()[..Math.Min(10, lines.Peek().Length)] : "")}"))}";

    public void Dispose() => _socket.Dispose();

    private int Read()
    {
        try
        {
            return _socket.Receive(_input.AsSpan(_filled));
        }
        catch (SocketException) when (CutOff)
        {
            // It was reset, as it had to be.
            return 0;
        }
    }

    private void Write(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += _socket.Send(bytes.AsSpan(sent));
        }
    }

    private int Take(ReadOnlySpan<byte> input)
    {
        var used = 0;
        if (!_open && input.IndexOf("\r\n\r\n"u8) is var head && head >= 0)
        {
            Assert.StartsWith("HTTP/1.1 101", Encoding.ASCII.GetString(input[..head]), StringComparison.Ordinal);
            used = head + 4;
            _open = true;
        }

        while (_open && TryLine(input[used..], out var line, out var length))
        {
            used += length;
            if (line is not null)
            {
                Assert.True(_expected[line[0]].TryDequeue(out var next), $"{this} got what nobody sent: {line}");
                Assert.Equal(next, line);
            }
        }

        return used;
    }

    private bool TryLine(ReadOnlySpan<byte> input, out string? line, out int used)
    {
        line = null;
        if (!_webSocket)
        {
            used = input.IndexOf((byte)'\n') + 1;
            line = used > 0 ? Encoding.ASCII.GetString(input[..(used - 1)]) : null;
            return used > 0;
        }

        used = 0;
        if (input.Length < 2 || (input[1] >= 126 && input.Length < (input[1] == 126 ? 4 : 10)))
        {
            return false;
        }

        var (start, length) = input[1] switch
        {
            126 => (4, BinaryPrimitives.ReadUInt16BigEndian(input[2..])),
            127 => (10, (int)BinaryPrimitives.ReadUInt64BigEndian(input[2..])),
            var small => (2, small),
        };
        if (input.Length < start + length)
        {
            return false;
        }

        used = start + length;
        if ((input[0] & 0x0F) == ClientFrames.Close)
        {
            Assert.True(Leaving, "a goodbye to a client that nobody sent away");
            return true;
        }

        Assert.Equal(0x80 | ClientFrames.Text, input[0]);
        line = Encoding.ASCII.GetString(input.Slice(start, length));
        return true;
    }
}
