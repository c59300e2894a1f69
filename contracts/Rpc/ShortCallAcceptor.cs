using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace Portico.Contracts.Rpc;

/// <summary>Accepts what waits, without waiting, as long as there are descriptors for it. On one thread.</summary>
internal sealed class ShortCallAcceptor(Socket listener, IShortCalls calls, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private bool _isPaused;
    private long _tryAgain;

    /// <summary>It is no use to wait for somebody to come.</summary>
    public bool IsResting
    {
        get
        {
            if (_isPaused && clock.GetTimestamp() >= _tryAgain)
            {
                if (calls.HasRoom())
                {
                    return false;
                }

                Rest("no descriptor is left for it");
            }

            return _isPaused;
        }
    }

    /// <summary>Accepts one; false when nobody waits or there is nothing to accept with.</summary>
    /// <param name="isReady">Somebody is known to wait: that needs no asking.</param>
    /// <param name="accepted">The connection.</param>
    public bool TryAccept(bool isReady, [NotNullWhen(true)] out Socket? accepted)
    {
        accepted = null;
        try
        {
            if (!isReady && !listener.Poll(0, SelectMode.SelectRead))
            {
                return false;
            }

            accepted = listener.Accept();
            accepted.Blocking = false;
        }
        catch (SocketException fault)
            when (fault.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Interrupted)
        {
            // It was gone before it could be accepted; the next round looks again.
            return false;
        }
        catch (SocketException fault)
        {
            Rest(fault.Message);
            return false;
        }

        if (!calls.LeavesRoom(accepted))
        {
            Rest("no descriptor is left for more");
        }
        else if (_isPaused)
        {
            _isPaused = false;
            calls.Resumed();
        }

        return true;
    }

    private void Rest(string why)
    {
        _isPaused = true;
        _tryAgain = clock.GetTimestamp() + (long)(Pause.TotalSeconds * clock.TimestampFrequency);
        calls.Paused(why);
    }
}
