namespace Portico.Gateway.Connections;

/// <summary>A connection's place in the <see cref="DeadlineWheel"/>, and nobody else's business.</summary>
internal struct WheelEntry
{
    /// <summary>Tick to look at it, 0 for never.</summary>
    public int Due;

    /// <summary>Next in the list.</summary>
    public ClientConnection? Next;

    /// <summary>Previous in the list.</summary>
    public ClientConnection? Previous;
}
