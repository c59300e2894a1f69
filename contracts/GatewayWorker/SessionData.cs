namespace Portico.Contracts.GatewayWorker;

/// <summary>
/// A client's session as a worker sees it: keys and values over the serialized bytes that PHP and .NET workers share. Bytes
/// that are not a serialized array read as an empty session. Used by one handler at a time.
/// </summary>
public sealed class SessionData
{
    private ReadOnlyMemory<byte> _bytes;
    private PhpArray? _values;

    /// <summary>An empty session.</summary>
    public SessionData()
    {
    }

    /// <summary>A session over its stored bytes, which are read at the first use; empty for none.</summary>
    public SessionData(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>Whether a value was set or removed since it was made.</summary>
    public bool IsModified { get; private set; }

    /// <summary>Number of keys.</summary>
    public int Count => Values.Count;

    /// <summary>Keys and values in order.</summary>
    public IReadOnlyCollection<KeyValuePair<PhpKey, PhpValue>> Entries => Values;

    private PhpArray Values => _values ??= Read(_bytes.Span);

    /// <summary>The value of a key, null (of PHP) without one. Strings, numbers, booleans and <see cref="PhpArray"/> convert by themselves.</summary>
    public PhpValue this[string key]
    {
        get => Values[key];
        set
        {
            Values[key] = value;
            IsModified = true;
        }
    }

    /// <summary>Whether the key is there, be its value null.</summary>
    public bool Contains(string key) => Values.TryGetValue(key, out _);

    /// <summary>The text of a key; null when it is not there or not a string.</summary>
    public string? GetString(string key) => Values[key].AsString();

    /// <summary>The integer of a key; null when it is not there or not an integer.</summary>
    public long? GetInt64(string key) => Values[key].TryGetInt64(out var value) ? value : null;

    /// <summary>The number of a key; null when it is not there or not a number.</summary>
    public double? GetDouble(string key) => Values[key].TryGetDouble(out var value) ? value : null;

    /// <summary>The boolean of a key; null when it is not there or not one.</summary>
    public bool? GetBoolean(string key) => Values[key].TryGetBoolean(out var value) ? value : null;

    /// <summary>A copy of the array of a key, null when it is not there or not an array; set the key again to store a change.</summary>
    public PhpArray? GetArray(string key) => Values[key].AsArray()?.Clone();

    /// <summary>Removes a key; false when it was not there.</summary>
    public bool Remove(string key)
    {
        var removed = Values.Remove(key);
        IsModified |= removed;
        return removed;
    }

    /// <summary>Removes every key.</summary>
    public void Clear()
    {
        IsModified |= Values.Count > 0;
        Values.Clear();
    }

    /// <summary>The bytes to store: as they came while nothing changed; empty for a session without keys.</summary>
    public ReadOnlyMemory<byte> ToBytes()
    {
        if (!IsModified)
        {
            return _bytes;
        }

        return Values.Count == 0 ? ReadOnlyMemory<byte>.Empty : PhpSerialize.Serialize(Values);
    }

    private static PhpArray Read(ReadOnlySpan<byte> bytes) =>
        !bytes.IsEmpty && PhpSerialize.TryParse(bytes, out var value) && value.AsArray() is { } array ? array : [];
}
