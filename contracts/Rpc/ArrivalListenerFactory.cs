using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Portico.Contracts.Rpc;

/// <summary>
/// A transport whose connections get their place in an <see cref="ArrivalOrder"/> as they are accepted: by one loop, one after the
/// other. In the middleware it would be too late, since that begins on any thread.
/// </summary>
/// <param name="inner">The real transport.</param>
/// <param name="order">The order.</param>
public sealed class ArrivalListenerFactory(IConnectionListenerFactory inner, ArrivalOrder order) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await inner.BindAsync(endpoint, cancellationToken), order);

    private sealed class Listener(IConnectionListener inner, ArrivalOrder order) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var connection = await inner.AcceptAsync(cancellationToken);
            if (connection is not null)
            {
                connection.Items[typeof(ArrivalOrder)] = order.Enter();
            }

            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
