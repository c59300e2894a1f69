using System.Runtime.InteropServices;
using Portico.Gateway.Transport.Epoll;

namespace Portico.Gateway.Tests.Transport;

/// <summary>The one thing of the epoll transport that differs between the processors it runs on, held against what a C compiler makes of it.</summary>
public sealed class EventBufferTests
{
    [Fact]
    public void LayoutOf_X64_IsThePackedStruct()
    {
        Assert.Equal((Marshal.SizeOf<PackedEvent>(), (int)Marshal.OffsetOf<PackedEvent>(nameof(PackedEvent.Data))), EventBuffer.LayoutOf(Architecture.X64));
    }

    [Fact]
    public void LayoutOf_Arm64_IsTheNaturalStruct()
    {
        Assert.Equal((Marshal.SizeOf<NaturalEvent>(), (int)Marshal.OffsetOf<NaturalEvent>(nameof(NaturalEvent.Data))), EventBuffer.LayoutOf(Architecture.Arm64));
    }

    [Fact]
    public unsafe void Entries_OfThisMachine_AreReadWhereTheKernelWritesThem()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll is Linux's");
        using var events = new EventBuffer(4);
        using var first = new WakeDescriptor();
        using var second = new WakeDescriptor();
        var epoll = LinuxNative.EpollCreate(LinuxNative.CloseOnExec);
        Assert.Equal(0, EventBuffer.Control(epoll, LinuxNative.EpollAdd, first.Number, LinuxNative.EpollIn, 0x1122334455667788));
        Assert.Equal(0, EventBuffer.Control(epoll, LinuxNative.EpollAdd, second.Number, LinuxNative.EpollIn, 0x99AABBCCDDEEFF00));
        first.Write();
        second.Write();

        var count = LinuxNative.EpollWait(epoll, events.Start, events.Capacity, 1000);

        Assert.Equal(2, count);
        ulong[] data = [events.Data(0), events.Data(1)];
        Array.Sort(data);
        Assert.Equal([0x1122334455667788, 0x99AABBCCDDEEFF00], data);
        Assert.Equal((uint)LinuxNative.EpollIn, events.Bits(0));
        Assert.Equal((uint)LinuxNative.EpollIn, events.Bits(1));
        _ = LinuxNative.Close(epoll);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PackedEvent
    {
        public uint Bits;
        public ulong Data;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct NaturalEvent
    {
        public uint Bits;
        public ulong Data;
    }
}
