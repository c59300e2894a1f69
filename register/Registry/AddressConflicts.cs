using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;

namespace Portico.Register.Registry;

/// <summary>
/// Addresses that a second gateway has tried to announce; one for each listed address at most. Guarded by the lock of <see cref="GatewayRoll"/>.
/// </summary>
internal sealed class AddressConflicts(TimeProvider clock)
{
    // A refused gateway tries again every few seconds as long as it runs.
    private static readonly TimeSpan KeptTime = TimeSpan.FromSeconds(30);

    private readonly Dictionary<GatewayAddress, (Conflict Conflict, long At)> _known = [];

    /// <summary>Notes one.</summary>
    /// <returns>False when it was known already.</returns>
    public bool Add(GatewayAddress address, string holder, string refused)
    {
        Forget();
        var isNew = !_known.ContainsKey(address);
        _known[address] = (new Conflict { Address = address.ToString(), Holder = holder, Refused = refused }, clock.GetTimestamp());
        return isNew;
    }

    /// <summary>Those that were seen lately.</summary>
    public List<Conflict> Recent()
    {
        Forget();
        return [.. _known.Values.Select(entry => entry.Conflict)];
    }

    private void Forget()
    {
        foreach (var (address, entry) in _known)
        {
            if (clock.GetElapsedTime(entry.At) > KeptTime)
            {
                _known.Remove(address);
            }
        }
    }
}
