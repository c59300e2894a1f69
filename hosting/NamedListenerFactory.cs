using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Portico.Hosting;

/// <summary>
/// Kestrel's listeners, whose faults name the key that gave the address: an operator looks for a setting, not for an address.
/// </summary>
internal sealed class NamedListenerFactory(IConnectionListenerFactory inner, Func<IPEndPoint, string> keyOf) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The address cannot be had.</exception>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.BindAsync(endpoint, cancellationToken);
        }
        catch (Exception fault) when (fault is AddressInUseException or System.Net.Sockets.SocketException && endpoint is IPEndPoint)
        {
            var faults = new ConfigurationFaults();
            faults.Add(keyOf((IPEndPoint)endpoint), endpoint.ToString(), $"cannot be listened on: {fault.Message}.");
            faults.ThrowIfAny();
            throw;
        }
    }
}
