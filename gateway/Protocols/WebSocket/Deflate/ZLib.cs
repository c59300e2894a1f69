using System.Runtime.InteropServices;

namespace Portico.Gateway.Protocols.WebSocket.Deflate;

/// <summary>
/// The zlib that comes with the .NET runtime, called directly: <c>DeflateStream</c> can neither set a window nor begin the next
/// message with a clean one, and would be made anew (256 KiB of native memory) for every message.
/// </summary>
internal static unsafe partial class ZLib
{
    /// <summary>Flush: end at a byte border, keep the window.</summary>
    public const int SyncFlush = 2;

    /// <summary>Flush: end at a byte border, forget the window.</summary>
    public const int FullFlush = 3;

    /// <summary>Result: went on.</summary>
    public const int Ok = 0;

    /// <summary>Result: a block said it was the last.</summary>
    public const int StreamEnd = 1;

    /// <summary>Result: nothing more can be done with what is there.</summary>
    public const int BufferError = -5;

    /// <summary>The method of the format.</summary>
    public const int Deflated = 8;

    private const string Library = "System.IO.Compression.Native";

    /// <summary>False where the runtime does not have it (compression is then not negotiated).</summary>
    public static readonly bool IsAvailable = Probe();

    [LibraryImport(Library, EntryPoint = "CompressionNative_DeflateInit2_")]
    public static partial int DeflateInit(ref Stream stream, int level, int method, int windowBits, int memLevel, int strategy);

    [LibraryImport(Library, EntryPoint = "CompressionNative_Deflate")]
    public static partial int Deflate(ref Stream stream, int flush);

    [LibraryImport(Library, EntryPoint = "CompressionNative_DeflateEnd")]
    public static partial int DeflateEnd(ref Stream stream);

    [LibraryImport(Library, EntryPoint = "CompressionNative_InflateInit2_")]
    public static partial int InflateInit(ref Stream stream, int windowBits);

    [LibraryImport(Library, EntryPoint = "CompressionNative_Inflate")]
    public static partial int Inflate(ref Stream stream, int flush);

    [LibraryImport(Library, EntryPoint = "CompressionNative_InflateReset2_")]
    public static partial int InflateReset(ref Stream stream, int windowBits);

    [LibraryImport(Library, EntryPoint = "CompressionNative_InflateEnd")]
    public static partial int InflateEnd(ref Stream stream);

    private static bool Probe()
    {
        try
        {
            using var inflater = new Inflater();
            using var deflater = new Deflater(DeflateAgreement.FullWindow, level: 1);
            return true;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or InvalidOperationException)
        {
            // Nothing is lost: clients are served uncompressed.
            return false;
        }
    }

    /// <summary>The runtime's own layout of zlib's stream.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Stream
    {
        public byte* NextIn;
        public byte* NextOut;
        public byte* Message;
        public void* State;
        public uint AvailableIn;
        public uint AvailableOut;
    }
}
