using System.Buffers;

namespace Portico.Contracts.GatewayWorker;

/// <summary>
/// PHP's serialize() and unserialize() for what travels between gateways, workers and PHP (GatewayWorker protocol, PHP serialize
/// subset). Every form is read; objects and enum cases are kept as bytes and never materialised. Nothing here throws on bad bytes.
/// </summary>
public static class PhpSerialize
{
    /// <summary>The serialized empty array.</summary>
    public static ReadOnlySpan<byte> EmptyArray => "a:0:{}"u8;

    /// <summary>The serialized null.</summary>
    public static ReadOnlySpan<byte> Null => "N;"u8;

    /// <summary>Reads one value that starts at the first byte. What follows it is left alone, as PHP does.</summary>
    public static bool TryParse(ReadOnlySpan<byte> serialized, out PhpValue value) => TryParse(serialized, PhpLimits.Default, out value, out _);

    /// <summary>Reads one value that starts at the first byte and says how many bytes it took.</summary>
    public static bool TryParse(ReadOnlySpan<byte> serialized, PhpLimits limits, out PhpValue value, out int consumed)
    {
        var reader = new PhpReader(serialized, limits);
        var read = reader.TryRead(out value);
        consumed = read ? reader.Position : 0;
        if (!read)
        {
            value = default;
        }

        return read;
    }

    /// <summary>Writes a value.</summary>
    public static void Serialize(PhpValue value, IBufferWriter<byte> destination) => PhpWriter.Write(destination, value);

    /// <summary>Writes a value to a new array.</summary>
    public static byte[] Serialize(PhpValue value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        PhpWriter.Write(buffer, value);
        return buffer.WrittenSpan.ToArray();
    }
}
