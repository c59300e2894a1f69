namespace Portico.Gateway.Workers;

/// <summary>What a look at a link came to.</summary>
internal enum LinkVerdict
{
    /// <summary>It gets on, or nothing is waited for.</summary>
    Lives,

    /// <summary>It has to be asked.</summary>
    Ask,

    /// <summary>It does not get on: to be treated as dead.</summary>
    Hangs,
}
