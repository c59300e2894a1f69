using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>
/// Room for the events of one wait. The kernel's <c>struct epoll_event</c> is packed to 12 bytes on x64 alone; elsewhere the 64 bits of
/// data stand at offset 8 of 16.
/// </summary>
internal sealed unsafe class EventBuffer : IDisposable
{
    private static readonly int Size = LayoutOf(RuntimeInformation.ProcessArchitecture).Size;
    private static readonly int DataOffset = LayoutOf(RuntimeInformation.ProcessArchitecture).DataOffset;

    /// <summary>Allocates room for <paramref name="capacity"/> events outside of the collected heap.</summary>
    public EventBuffer(int capacity)
    {
        Capacity = capacity;
        Start = (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)Size);
    }

    /// <summary>How many events fit.</summary>
    public int Capacity { get; }

    /// <summary>Where the kernel writes them.</summary>
    public byte* Start { get; private set; }

    /// <summary>The event bits of entry <paramref name="index"/>.</summary>
    public uint Bits(int index) => *(uint*)(Start + (index * Size));

    /// <summary>The data of entry <paramref name="index"/>.</summary>
    public ulong Data(int index) => Unsafe.ReadUnaligned<ulong>(Start + (index * Size) + DataOffset);

    /// <summary>Bytes of an event, and where in it the data stands: the uapi header packs the struct on x64, whose 32-bit programs share it.</summary>
    public static (int Size, int DataOffset) LayoutOf(Architecture architecture) => architecture == Architecture.X64 ? (12, 4) : (16, 8);

    /// <summary>Registers, changes or removes a descriptor.</summary>
    /// <returns>0, or the errno.</returns>
    public static int Control(int epoll, int operation, int descriptor, uint bits, ulong data)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = bits;
        Unsafe.WriteUnaligned(entry + DataOffset, data);
        return LinuxNative.EpollControl(epoll, operation, descriptor, entry) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(Start);
        Start = null;
    }
}
