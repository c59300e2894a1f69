using System.Buffers.Binary;
using System.Text;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;

namespace Portico.Bench.Micro;

/// <summary>What a WebSocket client sends.</summary>
internal static class ClientBytes
{
    private const string Offer = "Sec-WebSocket-Extensions: permessage-deflate";

    public static byte[] Request(params string[] moreLines) => Encoding.ASCII.GetBytes(string.Join("\r\n",
    [
        "GET /playground HTTP/1.1", "Host: 127.0.0.1:8282", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", .. moreLines, "", "",
    ]));

    /// <summary>A masked text frame.</summary>
    public static byte[] Frame(byte[] payload)
    {
        byte[] key = [0x37, 0xfa, 0x21, 0x3d];
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)payload.Length));
        byte[] header = payload.Length < 126 ? [0x81, (byte)(0x80 | payload.Length)] : [0x81, 0xFE, .. length];
        return [.. header, .. key, .. payload.Select((b, i) => (byte)(b ^ key[i % 4]))];
    }

    /// <summary>A codec as a connection has it: behind the interface, past its handshake, with compression where the settings have it.</summary>
    public static IFrameCodec Open(ListenerProtocol protocol, WebSocketSettings settings)
    {
        var codec = new CodecFactory(protocol, settings).Create();
        return codec.IsOpen || codec.TryRead(Request(Offer), out _, out _) == FrameStatus.Frame
            ? codec
            : throw new InvalidOperationException("refused");
    }
}
