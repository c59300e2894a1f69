using System.Buffers;
using System.Runtime.InteropServices;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>Several pieces in one system call; the scratch of one loop.</summary>
internal sealed unsafe class VectoredSend
{
    /// <summary>Pieces for one call.</summary>
    public const int Most = 64;

    private readonly MemoryHandle[] _pins = new MemoryHandle[Most];

    /// <summary>Gives the pieces to the kernel.</summary>
    /// <returns>How many bytes it took; -1 with <paramref name="errno"/> when none.</returns>
    public int Send(int descriptor, ReadOnlySpan<ReadOnlyMemory<byte>> pieces, out int errno)
    {
        var vectors = stackalloc LinuxNative.Vector[Most];
        for (var i = 0; i < pieces.Length; i++)
        {
            _pins[i] = pieces[i].Pin();
            vectors[i] = new LinuxNative.Vector { Start = (byte*)_pins[i].Pointer, Length = pieces[i].Length };
        }

        var message = new LinuxNative.MessageHeader { Vectors = vectors, VectorCount = pieces.Length };
        var taken = LinuxNative.SendMessage(descriptor, &message, LinuxNative.MessageNoSignal);
        errno = Marshal.GetLastPInvokeError();
        for (var i = 0; i < pieces.Length; i++)
        {
            _pins[i].Dispose();
            _pins[i] = default;
        }

        return (int)taken;
    }

    /// <summary>Bytes of all pieces.</summary>
    public static int LengthOf(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        var length = 0;
        foreach (var piece in pieces)
        {
            length += piece.Length;
        }

        return length;
    }
}
