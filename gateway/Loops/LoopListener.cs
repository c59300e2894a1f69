using Portico.Gateway.Connections;
using Portico.Gateway.Protocols;

namespace Portico.Gateway.Loops;

/// <summary>What a loop needs to take over the clients of one listener.</summary>
/// <param name="Settings">What their connections know of it.</param>
/// <param name="Codecs">Makes their codecs.</param>
internal sealed record LoopListener(ListenerSettings Settings, CodecFactory Codecs);
