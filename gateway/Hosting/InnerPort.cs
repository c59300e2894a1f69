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
            if (fault.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                faults.Add(
                    "Gateway:InnerListen",
                    options.InnerListen.ToString(),
                    $"is no address of this machine. Where Gateway:LanIp ({options.LanIp}) leads here from outside, as with NAT or containers, set Gateway:InnerListen to an address of this machine, or 0.0.0.0.");
            }
            else
            {
                faults.Add("Gateway:LanPort", endPoint.ToString(), $"cannot be listened on: {fault.Message}.");
            }

            faults.ThrowIfAny();
        }

        _socket = socket;
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        Address = GatewayAddress.Parse($"{options.LanIp}:{port}");
    }

    /// <summary>The socket, for Kestrel to listen with.</summary>
    public Socket Take() =>
        Interlocked.Exchange(ref _socket, null) ?? throw new InvalidOperationException("The inner port is bound once, before the server starts.");

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();
}
