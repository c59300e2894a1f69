using System.Buffers.Binary;

namespace Portico.Contracts.Rpc.SingleStream;

/// <summary>
/// The part of HTTP/2 (RFC 9113) that a connection with one stream needs. Both windows are as large as they can be, so what slows a sender
/// down is TCP; that is enough where nothing else travels on the connection.
/// </summary>
internal static class StreamFrames
{
    public const int HeaderLength = 9;
    public const int SettingLength = 6;

    /// <summary>The one stream; the caller opens it.</summary>
    public const int Stream = 1;

    /// <summary>Largest payload of a frame to us, and from us to a peer of the same kind.</summary>
    public const int MaxPayload = 0xFF_FFFF;

    /// <summary>Largest payload of any frame but DATA that is looked at.</summary>
    public const int MaxControlPayload = 16 * 1024;

    public const long Window = int.MaxValue;
    public const int DefaultWindow = 65_535;

    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte PushPromise = 5;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte Acknowledgement = 1;
    public const byte EndHeaders = 4;
    public const byte Padded = 8;
    public const byte Priority = 32;

    /// <summary>Writes the nine bytes before a payload.</summary>
    public static void WriteHeader(Span<byte> destination, int length, byte type, byte flags, int stream)
    {
        destination[0] = (byte)(length >> 16);
        destination[1] = (byte)(length >> 8);
        destination[2] = (byte)length;
        destination[3] = type;
        destination[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(destination[5..], stream);
    }

    /// <summary>A whole frame.</summary>
    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderLength + payload.Length];
        WriteHeader(frame, payload.Length, type, flags, stream);
        payload.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>Gives the peer back what was received of its window.</summary>
    public static byte[] Update(int stream, uint increment)
    {
        Span<byte> payload = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(payload, increment);
        return Frame(WindowUpdate, 0, stream, payload);
    }
}
