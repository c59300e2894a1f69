using System.Net;
using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Transport;

/// <summary>A listener that cannot accept (no descriptor left) says so once, and once when it can again.</summary>
internal sealed partial class AcceptTrouble(IPEndPoint endPoint, ILogger logger)
{
    /// <summary>What is left is kept for the process itself.</summary>
    public const string NoDescriptor = "no descriptor is left for more";

    private readonly ILogger _logger = logger;
    private int _troubled;

    /// <summary>It began and has not ended.</summary>
    public bool IsOn => Volatile.Read(ref _troubled) != 0;

    /// <summary>Accepting failed for want of something that others may give back.</summary>
    public void Begin(string reason)
    {
        if (Interlocked.Exchange(ref _troubled, 1) == 0)
        {
            LogCannotAccept(endPoint, reason);
        }
    }

    /// <summary>Accepting worked.</summary>
    public void End()
    {
        if (IsOn && Interlocked.Exchange(ref _troubled, 0) != 0)
        {
            LogAcceptsAgain(endPoint);
        }
    }
}
