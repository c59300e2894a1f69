using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.WebApi.Messages;

/// <summary>
/// The pushes to one gateway. Each is sent at once, in order, without waiting for the answer to the one before. What the gateway does not confirm is kept, with
/// all that comes after it, and sent again in order until it is confirmed, for at most <see cref="KeptSeconds"/>; the gateway recognizes what it has
/// carried out already. Thread-safe.
/// </summary>
internal sealed class GatewayPushes(GatewayAddress gateway, PushQueues owner)
{
    /// <summary>Longest time in seconds that a push is kept: a client that is away longer has reconnected and synchronised.</summary>
    public const int KeptSeconds = 30;

    // Sent again without waiting for each answer; few enough that a gateway which fails once more has little to recognize.
    private const int RepeatedAtOnce = 64;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, PushPart> _kept = [];
    private long _last;
    private int _underWay;
    private bool _isRepairing;
    private bool _hasLost;
    private bool _isRetired;

    /// <summary>The gateway.</summary>
    public GatewayAddress Gateway => gateway;

    /// <summary>Whether everything was confirmed.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _underWay == 0 && !_isRepairing;
            }
        }
    }

    /// <summary>Sends a part; the order of the calls is the order of the pushes.</summary>
    /// <returns>True when the gateway confirmed it, false when it is kept; it is sent when the call returns.</returns>
    public Task<bool> SendAsync(PushPart part)
    {
        long number;
        Task<SendReceipt> sent;
        lock (_lock)
        {
            number = ++_last;
            if (_isRepairing)
            {
                if (!part.IsPassing)
                {
                    Keep(number, part);
                }

                return Task.FromResult(false);
            }

            _underWay++;
            sent = owner.StartAsync(gateway, part, isRepeated: false);
        }

        return FinishAsync(number, part, sent);
    }

    /// <summary>Clients of portico.v1 are to ask for what they have missed, once the gateway answers.</summary>
    public void NoteLoss()
    {
        lock (_lock)
        {
            _hasLost = true;
            BeginRepair();
        }
    }

    /// <summary>The gateway has been away from the registers for too long: nothing is kept for it any more.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _isRetired = true;
            foreach (var part in _kept.Values)
            {
                owner.Release(part.Bytes);
            }

            _kept.Clear();
        }
    }

    private async Task<bool> FinishAsync(long number, PushPart part, Task<SendReceipt> sent)
    {
        var isConfirmed = await owner.IsConfirmedAsync(gateway, sent);
        lock (_lock)
        {
            _underWay--;
            if (!isConfirmed && !part.IsPassing)
            {
                Keep(number, part);
                BeginRepair();
            }
        }

        return isConfirmed;
    }

    private void Keep(long number, PushPart part)
    {
        if (_isRetired)
        {
            return;
        }

        if (owner.TryKeep(part.Bytes))
        {
            _kept.Add(number, part);
        }
        else
        {
            Lose(1);
        }
    }

    private void BeginRepair()
    {
        if (!_isRepairing)
        {
            _isRepairing = true;
            _ = Task.Run(RepairAsync);
        }
    }

    private async Task RepairAsync()
    {
        var pause = FirstPause;
        while (await owner.PauseAsync(pause))
        {
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            DropExpired();
            if (!AllAreBack())
            {
                // Parts that were under way when the first one failed belong between those that are kept.
                continue;
            }

            var confirmed = 0;
            while (await RepeatAsync() is > 0 and var more)
            {
                confirmed += more;
            }

            // Only progress shortens the pause: a gateway that stays away is asked once a second, whatever is left to say to it.
            pause = confirmed > 0 ? FirstPause : pause;
            if (await TryEndAsync())
            {
                return;
            }
        }
    }

    private bool AllAreBack()
    {
        lock (_lock)
        {
            return _underWay == 0;
        }
    }

    /// <summary>Sends the first ones again: how many were confirmed, 0 when one was not.</summary>
    private async Task<int> RepeatAsync()
    {
        var parts = new List<(long Number, PushPart Part, Task<SendReceipt> Sent)>();
        lock (_lock)
        {
            foreach (var (number, part) in _kept.Take(RepeatedAtOnce))
            {
                parts.Add((number, part, owner.StartAsync(gateway, part, isRepeated: true)));
            }
        }

        var all = true;
        foreach (var (number, part, sent) in parts)
        {
            var isConfirmed = await owner.IsConfirmedAsync(gateway, sent);
            all &= isConfirmed;
            if (isConfirmed)
            {
                lock (_lock)
                {
                    if (_kept.Remove(number))
                    {
                        owner.Release(part.Bytes);
                    }
                }
            }
        }

        return all ? parts.Count : 0;
    }

    /// <summary>True when nothing is kept any more; from then on parts are sent at once again.</summary>
    private async Task<bool> TryEndAsync()
    {
        bool hasLost;
        lock (_lock)
        {
            if (_isRetired)
            {
                return true;
            }

            if (_kept.Count > 0)
            {
                return false;
            }

            (hasLost, _hasLost) = (_hasLost, false);
        }

        var isTold = !hasLost || await owner.ResynchroniseAsync(gateway);
        lock (_lock)
        {
            _hasLost |= !isTold;
            _isRepairing = _kept.Count > 0 || _underWay > 0 || _hasLost;
            return !_isRepairing;
        }
    }

    private void DropExpired()
    {
        lock (_lock)
        {
            var lost = 0;
            foreach (var (number, part) in _kept.TakeWhile(kept => owner.IsExpired(kept.Value)).ToList())
            {
                _ = _kept.Remove(number);
                owner.Release(part.Bytes);
                lost++;
            }

            Lose(lost);
        }
    }

    private void Lose(int parts)
    {
        if (parts > 0)
        {
            _hasLost = true;
            owner.Lost(gateway, parts);
        }
    }
}
