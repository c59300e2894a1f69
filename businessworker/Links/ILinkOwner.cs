namespace Portico.BusinessWorker.Links;

/// <summary>Who keeps a link; implemented by the peer.</summary>
internal interface ILinkOwner
{
    /// <summary>The gateway has answered; called on the reader before the first event, so that what callbacks post to all links reaches this one too.</summary>
    void OnAttached(GatewayLink link, uint loopCount);
}
