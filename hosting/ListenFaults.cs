using System.Net.Sockets;

namespace Portico.Hosting;

/// <summary>Why an address cannot be listened on, in a sentence that says what to do.</summary>
public static class ListenFaults
{
    /// <summary>As the end of "Register:Listen is '127.0.0.1:1238': ".</summary>
    /// <param name="fault">What the system said, perhaps inside of another exception.</param>
    public static string Describe(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var hint = (fault.GetBaseException() as SocketException)?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => " Another program listens there, perhaps another Portico; end it, or configure another port.",
            SocketError.AddressNotAvailable => " This machine has no such address.",
            SocketError.AccessDenied => " Ports below 1024 take the right to bind them (CAP_NET_BIND_SERVICE).",
            _ => "",
        };
        return $"cannot be listened on: {fault.Message.TrimEnd('.')}.{hint}";
    }
}
