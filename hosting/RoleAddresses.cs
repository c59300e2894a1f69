namespace Portico.Hosting;

/// <summary>
/// The addresses a role really listens on (port 0 resolved), for its ready line and for a program that hosts it. Registered as a
/// singleton by <see cref="RoleBuilder"/>; complete once the host has started. Thread-safe.
/// </summary>
public sealed class RoleAddresses
{
    private readonly Lock _lock = new();
    private readonly List<KeyValuePair<string, string>> _addresses = [];

    /// <summary>What for and where, in the order added.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _addresses];
            }
        }
    }

    /// <summary>Notes an address.</summary>
    /// <param name="name">What it is for, for example "clients", "inner", "http".</param>
    /// <param name="address">With scheme where it has one.</param>
    public void Add(string name, string address)
    {
        lock (_lock)
        {
            _addresses.Add(new(name, address));
        }
    }

    /// <summary>All of them on one line: <c>clients websocket://127.0.0.1:8282, inner 127.0.0.1:2900</c>.</summary>
    public override string ToString() => string.Join(", ", All.Select(entry => $"{entry.Key} {entry.Value}"));
}
