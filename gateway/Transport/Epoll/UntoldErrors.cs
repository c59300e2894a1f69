using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>Errors that were met while sending: told in the next turn, never from within the call.</summary>
internal sealed class UntoldErrors(HandlerFaults faults)
{
    private readonly List<(EpollDescriptor Socket, SocketError Error)> _waiting = [];
    private readonly List<(EpollDescriptor Socket, SocketError Error)> _telling = [];

    /// <summary>Some wait.</summary>
    public bool Any => _waiting.Count > 0;

    /// <summary>One more.</summary>
    public void Add(EpollDescriptor socket, SocketError error) => _waiting.Add((socket, error));

    /// <summary>Tells all of them.</summary>
    [SuppressMessage(
        "Design",
        "CA1031:Do not catch general exception types",
        Justification = "Event loop border: the socket whose handler threw is closed and the fault logged, others go on.")]
    public void Tell()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        _telling.AddRange(_waiting);
        _waiting.Clear();
        foreach (var (socket, error) in _telling)
        {
            try
            {
                if (!socket.IsClosed)
                {
                    socket.Handler.OnError(error);
                }
            }
            catch (Exception exception)
            {
                faults.Contain(socket, socket.Handler, exception);
            }
        }

        _telling.Clear();
    }
}
