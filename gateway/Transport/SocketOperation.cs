using System.Net.Sockets;

namespace Portico.Gateway.Transport;

/// <summary>An asynchronous socket operation that does nothing but raise a flag of its socket when it is done.</summary>
internal sealed class SocketOperation(PlainSender owner, int flag) : SocketAsyncEventArgs(true)
{
    /// <inheritdoc/>
    protected override void OnCompleted(SocketAsyncEventArgs e) => owner.Raise(flag);
}
