using Portico.Gateway.Transport;

namespace Portico.Gateway.Tests.Connections;

/// <summary>Adopts into <see cref="FakeSocket"/>s.</summary>
internal sealed class FakeTransport : IClientTransport
{
    public int SocketCount => 0;

    public bool Wait(int timeoutMilliseconds) => false;

    public void Dispatch()
    {
    }

    public void Wake()
    {
    }

    public TransportSocket Adopt(AcceptedSocket accepted, ITransportSocketHandler handler) => new FakeSocket(accepted.RemoteEndPoint, handler);

    public void OnTick(long now)
    {
    }

    public void Dispose()
    {
    }
}
