using System.Net;
using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Transport;

/// <summary>A listener that cannot accept (no descriptor left) says so once, and once when it can again.</summary>
internal sealed partial class AcceptTrouble(IPEndPoint endPoint, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private int _troubled;

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
        if (Volatile.Read(ref _troubled) != 0 && Interlocked.Exchange(ref _troubled, 0) != 0)
        {
            LogAcceptsAgain(endPoint);
        }
    }
}
