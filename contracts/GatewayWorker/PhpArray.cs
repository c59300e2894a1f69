using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Portico.Contracts.GatewayWorker;

/// <summary>
/// A PHP array: ordered, with integer and string keys. Setting a key that is there keeps its position. Not safe for use by
/// several threads while one of them changes it.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is a PHP array, which is none of the .NET collections.")]
public sealed class PhpArray : IReadOnlyCollection<KeyValuePair<PhpKey, PhpValue>>
{
    // Empty arrays are the cheapest thing a peer can send in numbers, so they own nothing.
    private OrderedDictionary<PhpKey, PhpValue>? _entries;
    private long _next;

    /// <inheritdoc/>
    public int Count => _entries?.Count ?? 0;

    /// <summary>Whether the keys are 0, 1, 2 … in this order, which JSON writes as a list.</summary>
    public bool IsList
    {
        get
        {
            long expected = 0;
            foreach (var (key, _) in this)
            {
                if (!key.IsInteger || key.Integer != expected++)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>The value of a key; null (of PHP) when it is not there. Setting adds at the end or replaces in place.</summary>
    public PhpValue this[PhpKey key]
    {
        get => TryGetValue(key, out var value) ? value : default;
        set
        {
            (_entries ??= [])[key] = value;
            if (key.IsInteger && key.Integer >= _next && key.Integer < long.MaxValue)
            {
                _next = key.Integer + 1;
            }
        }
    }

    /// <summary>Adds at the end under the next integer key.</summary>
    public void Add(PhpValue value) => this[_next] = value;

    /// <summary>Sets a key; for collection initializers.</summary>
    public void Add(PhpKey key, PhpValue value) => this[key] = value;

    /// <summary>The value of a key, if it is there.</summary>
    public bool TryGetValue(PhpKey key, out PhpValue value)
    {
        if (_entries is not null)
        {
            return _entries.TryGetValue(key, out value);
        }

        value = default;
        return false;
    }

    /// <summary>Removes a key; false when it was not there.</summary>
    public bool Remove(PhpKey key) => _entries?.Remove(key) ?? false;

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        _entries = null;
        _next = 0;
    }

    /// <summary>A copy whose nested arrays are copies too.</summary>
    public PhpArray Clone()
    {
        var copy = new PhpArray();
        foreach (var (key, value) in this)
        {
            copy[key] = value.Kind == PhpKind.Array ? value.AsArray()!.Clone() : value;
        }

        return copy;
    }

    /// <summary>A copy that shares nested arrays.</summary>
    internal PhpArray Copy() => new() { _entries = _entries is null ? null : new(_entries), _next = _next };

    /// <summary>Entries in order.</summary>
    public IEnumerator<KeyValuePair<PhpKey, PhpValue>> GetEnumerator() =>
        _entries?.GetEnumerator() ?? Enumerable.Empty<KeyValuePair<PhpKey, PhpValue>>().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
