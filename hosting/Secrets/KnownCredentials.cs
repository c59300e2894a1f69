using System.Net;

namespace Portico.Hosting.Secrets;

/// <summary>
/// Which keys were valid from which address lately. Only a hash of both is remembered, in a fixed memory where newer ones replace older ones: that a key
/// is contained means that it may be looked at, not that it is valid. Thread-safe.
/// </summary>
public sealed class KnownCredentials
{
    private const int Places = 4096;
    private readonly int[] _hashes = new int[Places];

    /// <summary>Remembers one.</summary>
    public void Add(IPAddress address, string shown)
    {
        var hash = HashCode.Combine(address, shown);
        Volatile.Write(ref _hashes[(uint)hash % Places], hash);
    }

    /// <summary>Whether it was valid from there lately.</summary>
    public bool Contains(IPAddress address, string shown)
    {
        var hash = HashCode.Combine(address, shown);
        return Volatile.Read(ref _hashes[(uint)hash % Places]) == hash;
    }
}
