using System.Text;

namespace Portico.Contracts.GatewayWorker;

/// <summary>One PHP value: null, a scalar, an array, or an object kept as bytes. The default is null.</summary>
public readonly struct PhpValue : IEquatable<PhpValue>
{
    private readonly object? _reference;
    private readonly long _bits;

    private PhpValue(PhpKind kind, long bits, object? reference)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>What it holds.</summary>
    public PhpKind Kind { get; }

    /// <summary>PHP null.</summary>
    public static PhpValue Null => default;

    /// <summary>Whether it is null.</summary>
    public bool IsNull => Kind == PhpKind.Null;

    /// <summary>true or false.</summary>
    public static implicit operator PhpValue(bool value) => new(PhpKind.Boolean, value ? 1 : 0, null);

    /// <summary>An integer.</summary>
    public static implicit operator PhpValue(long value) => new(PhpKind.Integer, value, null);

    /// <summary>A double.</summary>
    public static implicit operator PhpValue(double value) => new(PhpKind.Double, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>A string in UTF-8; null becomes PHP null.</summary>
    public static implicit operator PhpValue(string? value) => value is null ? default : FromOwnedBytes(Encoding.UTF8.GetBytes(value));

    /// <summary>An array; null becomes PHP null.</summary>
    public static implicit operator PhpValue(PhpArray? value) => value is null ? default : new(PhpKind.Array, 0, value);

    /// <summary>Same kind and content.</summary>
    public static bool operator ==(PhpValue left, PhpValue right) => left.Equals(right);

    /// <summary>Other kind or content.</summary>
    public static bool operator !=(PhpValue left, PhpValue right) => !left.Equals(right);

    /// <summary>true or false.</summary>
    public static PhpValue FromBoolean(bool value) => value;

    /// <summary>An integer.</summary>
    public static PhpValue FromInt64(long value) => value;

    /// <summary>A double.</summary>
    public static PhpValue FromDouble(double value) => value;

    /// <summary>A string in UTF-8.</summary>
    public static PhpValue FromString(string? value) => value;

    /// <summary>An array.</summary>
    public static PhpValue FromPhpArray(PhpArray? value) => value;

    /// <summary>A string of bytes, copied.</summary>
    public static PhpValue FromBytes(ReadOnlySpan<byte> bytes) => FromOwnedBytes(bytes.ToArray());

    /// <summary>A serialized object or enum case, as <see cref="PhpSerialize"/> read it.</summary>
    internal static PhpValue FromRaw(ReadOnlySpan<byte> serialized) => new(PhpKind.Raw, 0, serialized.ToArray());

    /// <summary>The array; null for anything else.</summary>
    public PhpArray? AsArray() => _reference as PhpArray;

    /// <summary>The bytes of a string, or the serialized form of an object; empty for anything else.</summary>
    public ReadOnlySpan<byte> AsBytes() => _reference as byte[];

    /// <summary>The string as UTF-8 text; null for anything that is not a string. Bytes that are not UTF-8 are replaced.</summary>
    public string? AsString() => Kind == PhpKind.String ? Encoding.UTF8.GetString(AsBytes()) : null;

    /// <summary>The integer, if it is one.</summary>
    public bool TryGetInt64(out long value)
    {
        value = _bits;
        return Kind == PhpKind.Integer;
    }

    /// <summary>The number, if it is a double or an integer.</summary>
    public bool TryGetDouble(out double value)
    {
        value = Kind == PhpKind.Double ? BitConverter.Int64BitsToDouble(_bits) : _bits;
        return Kind is PhpKind.Double or PhpKind.Integer;
    }

    /// <summary>true or false, if it is one of them.</summary>
    public bool TryGetBoolean(out bool value)
    {
        value = _bits != 0;
        return Kind == PhpKind.Boolean;
    }

    /// <inheritdoc/>
    public bool Equals(PhpValue other)
    {
        if (Kind != other.Kind)
        {
            return false;
        }

        return Kind switch
        {
            PhpKind.String or PhpKind.Raw => AsBytes().SequenceEqual(other.AsBytes()),
            PhpKind.Array => SameEntries(AsArray()!, other.AsArray()!),
            _ => _bits == other._bits,
        };
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PhpValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Kind);
        hash.Add(Kind == PhpKind.Array ? AsArray()!.Count : _bits);
        hash.AddBytes(AsBytes());
        return hash.ToHashCode();
    }

    /// <summary>The serialized form, for people.</summary>
    public override string ToString() => Encoding.UTF8.GetString(PhpSerialize.Serialize(this));

    private static bool SameEntries(PhpArray left, PhpArray right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        using var others = right.GetEnumerator();
        foreach (var (key, value) in left)
        {
            if (!others.MoveNext() || others.Current.Key != key || others.Current.Value != value)
            {
                return false;
            }
        }

        return true;
    }

    internal static PhpValue FromOwnedBytes(byte[] bytes) => new(PhpKind.String, 0, bytes);
}
