using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;

namespace Portico.Register.Registry;

/// <summary>One listed address and who holds it. Guarded by the lock of <see cref="GatewayRoll"/>.</summary>
internal sealed class GatewayEntry(GatewayAddress address)
{
    private TaskCompletionSource<bool> _sign = NewSign();
    private int _ofEpoch;

    /// <summary>The address.</summary>
    public GatewayAddress Address { get; } = address;

    /// <summary>What it speaks.</summary>
    public Security Security { get; set; }

    /// <summary>Leases of all protocols.</summary>
    public int Leases { get; private set; }

    /// <summary>Of the gateway that holds it; 0 when no one has said one.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>Where it was announced from the last time.</summary>
    public string Peer { get; private set; } = "";

    /// <summary>The next sign of the holder: true when it has renewed a lease, false when it holds none any more.</summary>
    public Task<bool> NextSign => _sign.Task;

    /// <summary>One more lease.</summary>
    public void Add(ulong epoch, string peer)
    {
        Leases++;
        Peer = peer;
        if (epoch != 0)
        {
            Epoch = epoch;
            _ofEpoch++;
        }
    }

    /// <summary>One lease less.</summary>
    public void Remove(ulong epoch)
    {
        Leases--;
        if (epoch != 0 && --_ofEpoch == 0)
        {
            Epoch = 0;
            Sign(lives: false);
        }
    }

    /// <summary>Tells those who wait for a sign.</summary>
    public void Sign(bool lives)
    {
        var sign = _sign;
        _sign = NewSign();
        sign.SetResult(lives);
    }

    private static TaskCompletionSource<bool> NewSign() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
