using Portico.Gateway.Protocols.WebSocket;

namespace Portico.Gateway.Protocols;

/// <summary>Makes the codecs of one listener.</summary>
/// <param name="protocol">What its clients speak.</param>
/// <param name="settings">Limits and, for WebSocket, what is negotiated.</param>
internal sealed class CodecFactory(ListenerProtocol protocol, WebSocketSettings settings)
{
    /// <summary>What the listener's clients speak.</summary>
    public ListenerProtocol Protocol => protocol;

    /// <summary>A codec for one new connection.</summary>
    public IFrameCodec Create() => protocol switch
    {
        ListenerProtocol.Text => new TextCodec(settings.MaxMessageSize),
        ListenerProtocol.Length => new LengthCodec(settings.MaxMessageSize),
        _ => new WebSocketCodec(settings),
    };
}
