using System.Net;
using System.Net.Sockets;
using Portico.Contracts.Ids;
using Portico.Hosting;

namespace Portico.Gateway.Hosting;

/// <summary>
/// The inner port's socket, bound before anything else starts: its number stands in every client id, so with port 0 nothing can be made
/// before it is known. Kestrel gets the socket as it is.
/// </summary>
internal sealed class InnerPort(GatewayOptions options) : IDisposable
{
    private Socket? _socket;

    /// <summary>The address that stands in client ids.</summary>
    public GatewayAddress Address { get; private set; }

    /// <summary>Binds.</summary>
    /// <exception cref="ConfigurationException">The address cannot be had.</exception>
    public void Bind()
    {
        var endPoint = new IPEndPoint(options.InnerListen, options.LanPort);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            var faults = new ConfigurationFaults();
            AddFault(faults, endPoint, fault);
            faults.ThrowIfAny();
        }

        _socket = socket;
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        Address = GatewayAddress.Parse($"{options.LanIp}:{port}");
    }

    private void AddFault(ConfigurationFaults faults, IPEndPoint endPoint, SocketException fault)
    {
        if (fault.SocketErrorCode != SocketError.AddressNotAvailable)
        {
            faults.Add("Gateway:LanPort", endPoint.ToString(), ListenFaults.Describe(fault));
        }
        else if (options.InnerListen.Equals(options.LanIp))
        {
            faults.Add(
                "Gateway:LanIp",
                options.LanIp.ToString(),
                "this machine has no such address. It must be the one by which workers reach this gateway; where another machine or a container runtime "
                + "passes it on, set Gateway:InnerListen to an address of this machine, like 0.0.0.0.");
        }
        else
        {
            faults.Add("Gateway:InnerListen", options.InnerListen.ToString(), "this machine has no such address.");
        }
    }

    /// <summary>The socket, for Kestrel to listen with.</summary>
    public Socket Take() =>
        Interlocked.Exchange(ref _socket, null) ?? throw new InvalidOperationException("The inner port is bound once, before the server starts.");

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();
}
