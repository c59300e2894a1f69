using System.Text;

namespace Portico.Contracts.GatewayWorker;

/// <summary>Looks into the bytes of a serialized object, as data only.</summary>
internal static class PhpObject
{
    /// <summary>Reads the class name and the properties; an object that serialized itself shows none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> raw, out string className, out PhpArray properties)
    {
        className = "";
        properties = [];
        var scanner = new PhpScanner(raw);
        if (!scanner.TryReadType(out var type) || type is not ((byte)'O' or (byte)'C') || !scanner.TryReadQuoted(out var name))
        {
            return false;
        }

        className = Encoding.UTF8.GetString(name);
        if (type == 'C')
        {
            return true;
        }

        // From the colon on, an object is written as an array is, and its numbers for references agree.
        byte[] asArray = [(byte)'a', .. raw[scanner.Position..]];
        if (!PhpSerialize.TryParse(asArray, out var value))
        {
            return false;
        }

        properties = value.AsArray()!;
        return true;
    }
}
