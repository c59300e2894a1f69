using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>One register, in whichever tongue it speaks.</summary>
internal interface IRegisterSource : IDisposable
{
    /// <summary>Its list now and at each change, until the connection ends.</summary>
    /// <exception cref="RpcException">It cannot be reached, or refused.</exception>
    /// <exception cref="IOException">Likewise.</exception>
    IAsyncEnumerable<WatchReply> WatchAsync(CancellationToken cancellationToken);
}
