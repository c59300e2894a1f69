namespace Portico.Contracts.Link;

/// <summary>Why a link ends, where the other side must tell it from a fault; the detail of the status UNAVAILABLE.</summary>
public static class LinkEnds
{
    /// <summary>The gateway is stopped in good order.</summary>
    public const string GatewayLeaving = "the gateway is leaving";
}
