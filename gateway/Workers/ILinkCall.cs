using System.IO.Pipelines;

namespace Portico.Gateway.Workers;

/// <summary>What carries a gRPC link: a call among others on Kestrel, or a connection of its own on the loop.</summary>
internal interface ILinkCall
{
    /// <summary>The framed messages to the worker; the loop alone writes, one flush at a time.</summary>
    PipeWriter Responses { get; }

    /// <summary>The worker's address, for logs.</summary>
    string Peer { get; }

    /// <summary>Cuts it off in the middle of a flush, whose task then ends.</summary>
    void Abort();

    /// <summary>The loop has let go of <see cref="Responses"/>: the call may end.</summary>
    /// <param name="failure">Why the gateway ended it; null when it ended as the worker wished.</param>
    void Release(string? failure);
}
