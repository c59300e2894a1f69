using System.Runtime.InteropServices;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>
/// The system calls of the epoll transport. Those marked <see cref="SuppressGCTransitionAttribute"/> never block and move little per
/// call; a collection has to wait for them. Those that may block or take long are ordinary ones.
/// </summary>
internal static unsafe partial class LinuxNative
{
    public const int EpollIn = 1;
    public const int EpollOut = 4;
    public const int EpollError = 8;
    public const int EpollHangup = 16;
    public const uint EpollExclusive = 1u << 28;
    public const uint EpollEdge = 1u << 31;

    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollModify = 3;

    public const int MessageNoSignal = 0x4000;
    public const int CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;
    public const int ShutdownWrite = 1;
    public const int SolSocket = 1;
    public const int SoError = 4;
    public const int SoLinger = 13;

    private const string Libc = "libc";

    [LibraryImport(Libc, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Libc, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, void* epollEvent);

    /// <summary>Only with timeout 0.</summary>
    [LibraryImport(Libc, EntryPoint = "epoll_wait")]
    [SuppressGCTransition]
    public static partial int EpollPeek(int epoll, void* events, int count, int timeout);

    [LibraryImport(Libc, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, void* events, int count, int timeout);

    [LibraryImport(Libc, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint value, int flags);

    [LibraryImport(Libc, EntryPoint = "write")]
    [SuppressGCTransition]
    public static partial nint Write(int descriptor, void* bytes, nint count);

    /// <summary>For non-blocking sockets.</summary>
    [LibraryImport(Libc, EntryPoint = "recv")]
    [SuppressGCTransition]
    public static partial nint Receive(int descriptor, byte* bytes, nint count, int flags);

    /// <summary>For non-blocking sockets and at most <see cref="EpollSocket.ShortSend"/> bytes.</summary>
    [LibraryImport(Libc, EntryPoint = "send")]
    [SuppressGCTransition]
    public static partial nint SendShort(int descriptor, byte* bytes, nint count, int flags);

    [LibraryImport(Libc, EntryPoint = "send", SetLastError = true)]
    public static partial nint SendLong(int descriptor, byte* bytes, nint count, int flags);

    [LibraryImport(Libc, EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint SendMessage(int descriptor, MessageHeader* message, int flags);

    [LibraryImport(Libc, EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int descriptor, byte* address, int* addressLength, int flags);

    [LibraryImport(Libc, EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport(Libc, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Libc, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int descriptor, int level, int name, void* value, int length);

    [LibraryImport(Libc, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetSocketOption(int descriptor, int level, int name, void* value, int* length);

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public byte* Start;
        public nint Length;
    }

    /// <summary><c>struct msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nint VectorCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }
}
