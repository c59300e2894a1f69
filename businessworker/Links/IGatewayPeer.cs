using Portico.Contracts.Ids;

namespace Portico.BusinessWorker.Links;

/// <summary>One gateway as this worker sees it, whichever tongue it speaks.</summary>
internal interface IGatewayPeer : IDisposable
{
    /// <summary>As the register names it.</summary>
    GatewayAddress Address { get; }

    /// <summary>It is spoken to in GatewayWorker's protocol.</summary>
    bool IsGatewayWorker { get; }

    /// <summary>It is spoken to over TLS.</summary>
    bool IsOverTls { get; }

    /// <summary>Whether the register lists it; when not, links that end are not made again.</summary>
    void SetListed(bool listed);

    /// <summary>Keeps the links until the gateway is neither listed nor reached, or this worker has left it.</summary>
    Task RunAsync();

    /// <summary>Asks every link to end once its events are done with.</summary>
    void Leave();
}
