using System.Net;

namespace Portico.Gateway.Transport;

/// <summary>A socket between accept and its loop. What <see cref="Handle"/> is only its transport knows.</summary>
/// <param name="Handle">A descriptor number or a <see cref="System.Net.Sockets.Socket"/>.</param>
/// <param name="RemoteEndPoint">Address of the peer of the socket.</param>
/// <param name="Listener">Index of the listener in the gateway's configuration.</param>
internal readonly record struct AcceptedSocket(object Handle, IPEndPoint RemoteEndPoint, int Listener);
