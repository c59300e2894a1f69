using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Portico.Hosting;

/// <summary>
/// Kestrel's listeners, whose faults name the key that gave the address (an operator looks for a setting, not for an address), and which rest while
/// descriptors are short.
/// </summary>
internal sealed class NamedListenerFactory(
    IConnectionListenerFactory inner, Func<IPEndPoint, string> keyOf, TimeProvider clock, ILogger<NamedListenerFactory> logger) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The address cannot be had.</exception>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            var listener = await inner.BindAsync(endpoint, cancellationToken);
            return endpoint is IPEndPoint address ? new RestingListener(listener, keyOf(address), DescriptorRoom.System, clock, logger) : listener;
        }
        catch (Exception fault) when (fault is AddressInUseException or SocketException && endpoint is IPEndPoint)
        {
            var faults = new ConfigurationFaults();
            faults.Add(keyOf((IPEndPoint)endpoint), endpoint.ToString(), ListenFaults.Describe(fault));
            faults.ThrowIfAny();
            throw;
        }
    }
}
