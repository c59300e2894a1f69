using System.Net;
using System.Text;
using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// Where a client came from: kept as the bytes that came, and read when asked, because most of a hundred thousand idle clients are never
/// asked.
/// </summary>
internal sealed class ClientOrigin(byte[] encodedState)
{
    public static readonly ClientOrigin None = new([]);

    private HandshakeRequest? _handshake;

    /// <summary>Keeps the origin of a state.</summary>
    public static ClientOrigin From(scoped in ClientStateView state)
    {
        var origin = state;
        origin.HasSession = false;
        origin.HasUid = false;
        using var encoded = new LinkBuffer(512);
        origin.WriteTo(encoded);
        return new ClientOrigin(encoded.WrittenSpan.ToArray());
    }

    public string RemoteAddress => Encoding.UTF8.GetString(View().RemoteAddress);

    public uint ListenerPort => View().ListenerPort;

    public string Listener => Encoding.UTF8.GetString(View().Listener);

    public string Path => Encoding.UTF8.GetString(View().Path);

    public string Subprotocol => Encoding.UTF8.GetString(View().Subprotocol);

    public HandshakeRequest Handshake => _handshake ??= HandshakeRequest.Parse(View().Handshake);

    public IPEndPoint? RemoteEndPoint()
    {
        var view = View();
        return IPAddress.TryParse(Encoding.UTF8.GetString(view.RemoteAddress), out var address) && view.RemotePort <= IPEndPoint.MaxPort
            ? new IPEndPoint(address, (int)view.RemotePort)
            : null;
    }

    public bool SpeaksSubprotocol(ReadOnlySpan<byte> name) => View().Subprotocol.SequenceEqual(name);

    private ClientStateView View()
    {
        // Checked when it came.
        _ = ClientStateView.TryRead(encodedState, out var view);
        return view;
    }
}
