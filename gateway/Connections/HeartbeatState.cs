namespace Portico.Gateway.Connections;

/// <summary>When a client was last heard, in ticks of the <see cref="DeadlineWheel"/>.</summary>
internal struct HeartbeatState
{
    /// <summary>Tick in which the present state (opening, open) began.</summary>
    public int Since;

    /// <summary>Tick of the last bytes, or of the last ping if that was later.</summary>
    public int LastSign;

    /// <summary>Tick of the last message.</summary>
    public int LastMessage;

    /// <summary>Pings since the last bytes.</summary>
    public int Unanswered;

    /// <summary>Tick at which a client that sent too fast is read again, 0 for none.</summary>
    public int ReadAgain;

    /// <summary>Tick in which the unfinished message began, 0 for none.</summary>
    public int PartialSince;

    /// <summary>A message came.</summary>
    public bool Spoke;

    /// <summary>The application has sent to this client alone.</summary>
    public bool IsAddressed;

    /// <summary>Any bytes came: the client lives.</summary>
    public void Heard(int now)
    {
        LastSign = now;
        Unanswered = 0;
    }

    /// <summary>A message came.</summary>
    public void HeardMessage(int now)
    {
        LastMessage = now;
        Spoke = true;
    }
}
