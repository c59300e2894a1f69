using System.Buffers;
using System.Text;

namespace Portico.Contracts.Rpc.SingleStream;

/// <summary>
/// Header fields as both ends of a single stream write them: each a literal with a new name, not indexed and not Huffman coded (RFC 7541
/// section 6.2.2), so that there is no state to keep.
/// </summary>
public sealed class StreamHeaders
{
    private const byte Literal = 0x00;
    private const int MostFields = 64;
    private readonly List<KeyValuePair<string, string>> _fields = [];

    /// <summary>The value of a field, or null.</summary>
    public string? Find(string name)
    {
        foreach (var (key, value) in _fields)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The secret key that the caller shows is the right one.</summary>
    public bool Shows(RpcSecretKey key) => key.IsOpen
        || (Find(RpcSecretKey.MetadataKey) is { } text ? key.Matches(Encoding.UTF8.GetBytes(text))
            : Find(RpcSecretKey.BinaryMetadataKey) is { } coded && RpcMetadata.DecodeBytes(coded) is { } bytes && key.Matches(bytes));

    /// <summary>Reads a block; null when it is not written as told above.</summary>
    internal static StreamHeaders? Read(ReadOnlySpan<byte> block)
    {
        var headers = new StreamHeaders();
        while (!block.IsEmpty)
        {
            if (block[0] != Literal || headers._fields.Count == MostFields)
            {
                return null;
            }

            block = block[1..];
            if (!TryText(ref block, out var name) || !TryText(ref block, out var value))
            {
                return null;
            }

            headers.Add(name, value);
        }

        return headers;
    }

    internal void Add(string name, string value) => _fields.Add(new(name, value));

    internal byte[] ToFrame(bool end)
    {
        var block = new ArrayBufferWriter<byte>(256);
        foreach (var (name, value) in _fields)
        {
            block.Write<byte>([Literal]);
            WriteText(block, name);
            WriteText(block, value);
        }

        var flags = (byte)(StreamFrames.EndHeaders | (end ? StreamFrames.EndStream : 0));
        return StreamFrames.Frame(StreamFrames.Headers, flags, StreamFrames.Stream, block.WrittenSpan);
    }

    // Length with a prefix of seven bits (RFC 7541 section 5.1); the eighth would say Huffman.
    private static void WriteText(ArrayBufferWriter<byte> block, string text)
    {
        var length = Encoding.ASCII.GetByteCount(text);
        if (length < 127)
        {
            block.Write<byte>([(byte)length]);
        }
        else
        {
            block.Write<byte>([127]);
            var rest = length - 127;
            for (; rest >= 128; rest >>= 7)
            {
                block.Write<byte>([(byte)(rest | 128)]);
            }

            block.Write<byte>([(byte)rest]);
        }

        _ = Encoding.ASCII.GetBytes(text, block);
    }

    private static bool TryText(ref ReadOnlySpan<byte> block, out string text)
    {
        text = "";
        if (block.IsEmpty || block[0] > 127)
        {
            return false;
        }

        var length = (int)block[0];
        var used = 1;
        if (length == 127)
        {
            for (var shift = 0; ; shift += 7)
            {
                if (shift > 14 || used >= block.Length)
                {
                    return false;
                }

                var piece = block[used++];
                length += (piece & 127) << shift;
                if (piece < 128)
                {
                    break;
                }
            }
        }

        if (length > block.Length - used)
        {
            return false;
        }

        text = Encoding.ASCII.GetString(block.Slice(used, length));
        block = block[(used + length)..];
        return true;
    }
}
