using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Portico.Gateway.Tests.Protocols.WebSocket;

/// <summary>A client's side of the wire, written plainly from the RFCs and independent of the code under test.</summary>
internal static class ClientFrames
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    public static byte[] Frame(int opcode, byte[] payload, bool fin = true, int rsv = 0, bool masked = true, ulong? length = null, int form = 0)
    {
        var size = length ?? (ulong)payload.Length;
        form = form != 0 ? form : size < 126 ? 7 : size < 65536 ? 16 : 64;
        var head = new List<byte> { (byte)((fin ? 0x80 : 0) | (rsv << 4) | opcode) };
        var maskBit = masked ? 0x80 : 0;
        var wide = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, size);
        head.Add((byte)(maskBit | (form == 7 ? (int)size : form == 16 ? 126 : 127)));
        head.AddRange(form == 7 ? [] : form == 16 ? wide[6..] : wide);
        if (!masked)
        {
            return [.. head, .. payload];
        }

        byte[] key = [0x37, 0xfa, 0x21, 0x3d];
        return [.. head, .. key, .. payload.Select((b, i) => (byte)(b ^ key[i % 4]))];
    }

    public static byte[] Frame(int opcode, string payload, bool fin = true, int rsv = 0) => Frame(opcode, Encoding.UTF8.GetBytes(payload), fin, rsv);

    public static byte[] CloseFrame(int code, string reason = "") => Frame(Close, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    public static byte[] Request(params string[] moreLines) => RequestTo("/", moreLines);

    public static byte[] RequestTo(string target, params string[] moreLines)
    {
        string[] lines =
        [
            $"GET {target} HTTP/1.1", "Host: server.example.com", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", .. moreLines,
        ];
        return Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n");
    }

    /// <summary>Reads one frame of a server.</summary>
    public static (int Opcode, int Rsv, byte[] Payload) Read(byte[] bytes)
    {
        Assert.Equal(0x80, bytes[0] & 0x80);
        Assert.Equal(0, bytes[1] & 0x80);
        var (length, at) = (bytes[1] & 0x7F) switch
        {
            126 => (BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2)), 4),
            127 => (checked((int)BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(2))), 10),
            var small => (small, 2),
        };
        Assert.Equal(length, bytes.Length - at);
        Assert.True(length < 126 ? at == 2 : length < 65536 ? at == 4 : at == 10, "length is not in its shortest form");
        return (bytes[0] & 0x0F, (bytes[0] >> 4) & 7, bytes[at..]);
    }

    /// <summary>A whole message compressed without history, as RFC 7692 section 7.2.1 says.</summary>
    public static byte[] Squeeze(byte[] data, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, level, leaveOpen: true))
        {
            deflate.Write(data);
            deflate.Flush();
            var flushed = output.ToArray();
            return flushed.AsSpan().EndsWith<byte>([0, 0, 0xFF, 0xFF]) ? flushed[..^4] : flushed;
        }
    }

    /// <summary>Inflates a message that was compressed without history.</summary>
    public static byte[] Unsqueeze(byte[] data)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. data, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
        using var output = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = inflate.Read(buffer)) > 0;)
            {
                output.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException)
        {
            // The stream has no last block: whatever it held was given before.
        }

        return output.ToArray();
    }
}
