namespace Portico.Contracts.Rpc;

/// <summary>
/// Keeps the order in which short connections came, across the threads that serve them. PHP's GatewayClient opens one for each
/// command: "bind this client", closed, "send to that uid" must not be done the other way round.
/// </summary>
/// <param name="timeProvider">Clock of the patience.</param>
public sealed class ArrivalOrder(TimeProvider timeProvider)
{
    // What a peer has sent is here within microseconds. One that sends nothing holds up those behind it this long, once.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly LinkedList<Arrival> _unheard = [];

    /// <summary>Nobody who came has still to be heard.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_gate)
            {
                return _unheard.Count == 0;
            }
        }
    }

    /// <summary>A connection came.</summary>
    public Arrival Enter()
    {
        var arrival = new Arrival(this);
        lock (_gate)
        {
            arrival.Node = _unheard.AddLast(arrival);
        }

        return arrival;
    }

    internal async ValueTask WaitAsync(Arrival arrival)
    {
        Task turn;
        lock (_gate)
        {
            if (arrival.Node is null || _unheard.First == arrival.Node)
            {
                return;
            }

            turn = (arrival.Turn ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        try
        {
            await turn.WaitAsync(Patience, timeProvider);
        }
        catch (TimeoutException)
        {
            PassOver(arrival);
        }
    }

    internal void Settle(Arrival arrival)
    {
        lock (_gate)
        {
            if (arrival.Node is { } node)
            {
                _unheard.Remove(node);
                arrival.Node = null;
                _unheard.First?.Value.Turn?.TrySetResult();
            }
        }
    }

    // Those before it are silent; nobody shall wait for them again.
    private void PassOver(Arrival arrival)
    {
        lock (_gate)
        {
            while (arrival.Node is { } node && _unheard.First is { } first && first != node)
            {
                _unheard.RemoveFirst();
                first.Value.Node = null;
                first.Value.Turn?.TrySetResult();
            }
        }
    }

    /// <summary>One connection's place in the order.</summary>
    public sealed class Arrival
    {
        private readonly ArrivalOrder _order;

        internal Arrival(ArrivalOrder order) => _order = order;

        internal LinkedListNode<Arrival>? Node { get; set; }

        internal TaskCompletionSource? Turn { get; set; }

        /// <summary>Done when everybody who came before was heard, or said nothing for too long.</summary>
        public ValueTask TurnAsync() => _order.WaitAsync(this);

        /// <summary>It was heard, or is gone: the next one's turn. May be called again.</summary>
        public void Settle() => _order.Settle(this);
    }
}
