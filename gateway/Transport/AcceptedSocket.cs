using System.Net;

namespace Portico.Gateway.Transport;

/// <summary>A socket between accept and its loop: adopt it there (<see cref="IClientTransport.Adopt"/>) or <see cref="Discard"/> it.</summary>
/// <param name="handle">What its transport knows it by; closes when disposed.</param>
/// <param name="remoteEndPoint">Address of the peer of the socket.</param>
/// <param name="listener">Index of the listener in the gateway's configuration.</param>
/// <param name="loop">The loop that was picked for it; null in tests without one.</param>
internal sealed class AcceptedSocket(IDisposable handle, IPEndPoint remoteEndPoint, int listener, EventLoop? loop = null)
{
    private EventLoop? _onTheWayTo = loop;

    /// <summary>What its transport knows it by.</summary>
    public IDisposable Handle { get; } = handle;

    /// <summary>Address of the peer of the socket, or of the client that its preamble named.</summary>
    public IPEndPoint RemoteEndPoint { get; } = remoteEndPoint;

    /// <summary>What a proxy may send before TLS was looked for already (<see cref="ListenerOptions.Preamble"/>).</summary>
    public bool IsPreambleRead { get; init; }

    /// <summary>Index of the listener in the gateway's configuration.</summary>
    public int Listener { get; } = listener;

    /// <summary>The loop with the fewest connections when it was accepted: post it there.</summary>
    public EventLoop? Loop { get; } = loop;

    /// <summary><see cref="RemoteEndPoint"/> is what a proxy said, and not the peer's.</summary>
    public bool IsNamedByProxy { get; init; }

    /// <summary>Closes it instead of adopting it. Any thread.</summary>
    public void Discard()
    {
        Settle();
        Handle.Dispose();
    }

    /// <summary>It is no longer on its way: from here on the loop's transport counts it, or nobody.</summary>
    public void Settle() => Interlocked.Exchange(ref _onTheWayTo, null)?.Arrived();
}
