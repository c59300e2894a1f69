using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace Portico.Contracts.Rpc.SingleStream;

/// <summary>
/// The first bytes of a connection for one stream. It is ordinary HTTP/2: the settings begin with one that nobody else knows, which every
/// other server passes over (RFC 9113 section 6.5.2), and by which one of ours knows what comes and answers in kind.
/// </summary>
public static class StreamPreface
{
    /// <summary>Bytes that must be there before <see cref="TryRecognize"/> can tell.</summary>
    public const int Needed = 24 + StreamFrames.HeaderLength + StreamFrames.SettingLength;

    /// <summary>Number of the setting; its value is the place, for example the loop whose clients the stream serves.</summary>
    internal const ushort PlaceSetting = 0xF0A7;

    private const ushort PushSetting = 2;
    private const ushort WindowSetting = 4;
    private const ushort FrameSetting = 5;

    private static ReadOnlySpan<byte> Magic => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Whether a connection begins as one for a single stream does, and for which place.</summary>
    /// <param name="first">The first bytes, at least <see cref="Needed"/> of them; with fewer the answer is no.</param>
    /// <param name="place">What the caller asked for; nothing is known of its range.</param>
    public static bool TryRecognize(ReadOnlySpan<byte> first, out uint place)
    {
        place = 0;
        if (first.Length < Needed || !first.StartsWith(Magic))
        {
            return false;
        }

        var settings = first[Magic.Length..];
        if (settings[3] != StreamFrames.Settings
            || settings[4] != 0
            || BinaryPrimitives.ReadUInt16BigEndian(settings[StreamFrames.HeaderLength..]) != PlaceSetting)
        {
            return false;
        }

        place = BinaryPrimitives.ReadUInt32BigEndian(settings[(StreamFrames.HeaderLength + sizeof(ushort))..]);
        return true;
    }

    /// <summary>What a caller sends first: preface, settings, and the request's headers.</summary>
    internal static byte[] OfCaller(Uri address, string path, uint place, RpcMetadata metadata)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        bytes.Write(Magic);
        WriteSettings(bytes, place);
        var headers = new StreamHeaders();
        headers.Add(":method", "POST");
        headers.Add(":scheme", address.Scheme);
        headers.Add(":path", path);
        headers.Add(":authority", address.Authority);
        headers.Add("te", "trailers");
        headers.Add("content-type", "application/grpc");
        foreach (var (key, value) in metadata)
        {
            headers.Add(key, value);
        }

        bytes.Write(headers.ToFrame(end: false));
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What a server sends first: settings and the head of its answer.</summary>
    public static byte[] OfServer(uint place)
    {
        var bytes = new ArrayBufferWriter<byte>(128);
        WriteSettings(bytes, place);
        var headers = new StreamHeaders();
        headers.Add(":status", "200");
        headers.Add("content-type", "application/grpc");
        bytes.Write(headers.ToFrame(end: false));
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The frame with which a server ends the stream.</summary>
    public static byte[] Trailers(RpcStatus status)
    {
        var headers = new StreamHeaders();
        headers.Add("grpc-status", ((int)status.Code).ToString(CultureInfo.InvariantCulture));
        if (status.Detail.Length > 0)
        {
            headers.Add("grpc-message", RpcStatusText.Encode(status.Detail));
        }

        return headers.ToFrame(end: true);
    }

    /// <summary>A frame that the other end answers.</summary>
    public static byte[] Ping() => StreamFrames.Frame(StreamFrames.Ping, 0, 0, "portico!"u8);

    private static void WriteSettings(ArrayBufferWriter<byte> bytes, uint place)
    {
        Span<byte> settings = stackalloc byte[4 * StreamFrames.SettingLength];
        WriteSetting(settings, PlaceSetting, place);
        WriteSetting(settings[6..], PushSetting, 0);
        WriteSetting(settings[12..], WindowSetting, (uint)StreamFrames.Window);
        WriteSetting(settings[18..], FrameSetting, StreamFrames.MaxPayload);
        bytes.Write(StreamFrames.Frame(StreamFrames.Settings, 0, 0, settings));
        bytes.Write(StreamFrames.Update(0, (uint)(StreamFrames.Window - StreamFrames.DefaultWindow)));
    }

    private static void WriteSetting(Span<byte> destination, ushort number, uint value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, number);
        BinaryPrimitives.WriteUInt32BigEndian(destination[sizeof(ushort)..], value);
    }
}
