using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>An eventfd that any thread may write to, even while or after its loop ends.</summary>
internal sealed unsafe class WakeDescriptor : IDisposable
{
    private readonly Lock _gate = new();
    private int _number;

    /// <summary>Creates it.</summary>
    public WakeDescriptor()
    {
        _number = LinuxNative.EventDescriptor(0, LinuxNative.CloseOnExec | LinuxNative.NonBlocking);
        if (_number < 0)
        {
            throw new SocketException(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>The descriptor, for epoll.</summary>
    public int Number => _number;

    /// <summary>Wakes whoever waits. The lock keeps the number from meaning something else by then.</summary>
    public void Write()
    {
        var one = 1UL;
        lock (_gate)
        {
            if (_number >= 0)
            {
                _ = LinuxNative.Write(_number, &one, sizeof(ulong));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _ = LinuxNative.Close(_number);
            _number = -1;
        }
    }
}
