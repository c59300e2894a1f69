using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Portico.Contracts.GatewayWorker;

/// <summary>
/// Key of a PHP array: an integer or a string of bytes. Made by the constructors it is always normalised as PHP does it
/// (GatewayWorker protocol 2.10): text that is a canonical decimal integer in the signed 64-bit range becomes that integer.
/// </summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "Integer is PHP's own word for this kind of key.")]
public readonly struct PhpKey : IEquatable<PhpKey>
{
    // -9223372036854775808 is the longest canonical integer.
    private const int LongestInteger = 20;

    private readonly byte[]? _text;

    /// <summary>An integer key.</summary>
    public PhpKey(long integer) => Integer = integer;

    /// <summary>A key of bytes, which become an integer when they look like one.</summary>
    public PhpKey(ReadOnlySpan<byte> text)
    {
        if (TryNormalise(text, out var integer))
        {
            Integer = integer;
        }
        else
        {
            _text = text.ToArray();
        }
    }

    /// <summary>A key of text (UTF-8), which becomes an integer when it looks like one.</summary>
    public PhpKey(string text)
        : this(Encoding.UTF8.GetBytes(text).AsSpan())
    {
    }

    /// <summary>Whether the key is an integer.</summary>
    public bool IsInteger => _text is null;

    /// <summary>The integer; 0 for a string key.</summary>
    public long Integer { get; }

    /// <summary>The bytes of a string key; empty for an integer.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>An integer key.</summary>
    public static implicit operator PhpKey(long integer) => new(integer);

    /// <summary>A key of text, normalised.</summary>
    public static implicit operator PhpKey(string text) => new(text);

    /// <summary>Same key.</summary>
    public static bool operator ==(PhpKey left, PhpKey right) => left.Equals(right);

    /// <summary>Other key.</summary>
    public static bool operator !=(PhpKey left, PhpKey right) => !left.Equals(right);

    /// <summary>An integer key.</summary>
    public static PhpKey FromInt64(long integer) => new(integer);

    /// <summary>A key of text, normalised.</summary>
    public static PhpKey FromString(string text) => new(text);

    /// <summary>Whether PHP takes these bytes as an integer key, and which: "7" and "-3" are, "07", "-0", "+1" and "1.0" are not.</summary>
    public static bool TryNormalise(ReadOnlySpan<byte> text, out long integer)
    {
        integer = 0;
        if (text.IsEmpty || text.Length > LongestInteger)
        {
            return false;
        }

        var digits = text[0] == '-' ? text[1..] : text;
        if (digits.IsEmpty || !char.IsAsciiDigit((char)digits[0]) || (digits[0] == '0' && text.Length > 1))
        {
            return false;
        }

        return Utf8Parser.TryParse(text, out integer, out var used) && used == text.Length;
    }

    /// <inheritdoc/>
    public bool Equals(PhpKey other) =>
        _text is null ? other._text is null && Integer == other.Integer : other._text is not null && Text.SequenceEqual(other.Text);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PhpKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // HashCode is seeded per process, so that a peer cannot choose keys that collide.
        var hash = default(HashCode);
        if (_text is null)
        {
            hash.Add(Integer);
        }
        else
        {
            hash.AddBytes(_text);
        }

        return hash.ToHashCode();
    }

    /// <summary>The key as text; bytes that are not UTF-8 are replaced.</summary>
    public override string ToString() =>
        _text is null ? Integer.ToString(CultureInfo.InvariantCulture) : Encoding.UTF8.GetString(_text);
}
