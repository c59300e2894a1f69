namespace Portico.Client;

/// <summary>What a user token is worth.</summary>
public enum TokenStatus
{
    /// <summary>Signed with our secret and in time.</summary>
    Valid,

    /// <summary>Ours, but its time is over.</summary>
    Expired,

    /// <summary>Forged, unsigned, of another algorithm, not valid yet, or no token at all.</summary>
    Invalid,
}
