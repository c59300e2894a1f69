using System.Text;
using Portico.Contracts.Link;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers;

/// <summary>Encodes what a link has to be told of a client beside the event: all with the first one, later what changed.</summary>
internal sealed class ClientStates : IDisposable
{
    private readonly LinkBuffer _encoded = new(1024);

    /// <summary>Encodes what changed since the link was last told.</summary>
    /// <returns>Empty when nothing did; valid until the next call.</returns>
    public ReadOnlySpan<byte> Changes(ClientBinding binding)
    {
        var client = binding.Client;
        if (binding.OriginTold && binding.ToldSession == client.SessionVersion && binding.ToldUid == client.UidVersion)
        {
            return default;
        }

        var view = new ClientStateView
        {
            // With the first event even an empty session and no uid are told: the stream may have known the client before.
            HasSession = !binding.OriginTold || binding.ToldSession != client.SessionVersion,
            HasUid = !binding.OriginTold || binding.ToldUid != client.UidVersion,
        };
        view.Session = view.HasSession ? client.Session.Span : default;
        view.Uid = view.HasUid ? client.UidUtf8 : default;
        if (!binding.OriginTold)
        {
            AddOrigin(ref view, client);
        }

        binding.OriginTold = true;
        binding.ToldSession = client.SessionVersion;
        binding.ToldUid = client.UidVersion;
        _encoded.Clear(64 * 1024);
        view.WriteTo(_encoded);
        return _encoded.WrittenSpan;
    }

    // Once for each client and worker, so these small arrays do not count.
    private static void AddOrigin(ref ClientStateView view, ClientConnection client)
    {
        var address = client.RemoteEndPoint.Address;
        var textual = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        view.HasOrigin = true;
        view.RemoteAddress = Encoding.UTF8.GetBytes(textual.ToString());
        view.RemotePort = (uint)client.RemoteEndPoint.Port;
        view.ListenerPort = client.Listener.Port;
        view.Path = Encoding.UTF8.GetBytes(client.Path);
        view.Subprotocol = Encoding.UTF8.GetBytes(client.Subprotocol);
        view.Listener = Encoding.UTF8.GetBytes(client.Listener.Url);
        view.Handshake = client.RequestHead;
    }

    /// <inheritdoc/>
    public void Dispose() => _encoded.Dispose();
}
