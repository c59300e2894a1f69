using System.Runtime.InteropServices;
using Portico.Gateway.Protocols.WebSocket;

namespace Portico.Gateway.Tests.Protocols.WebSocket;

public sealed class MaskingTests
{
    private static readonly byte[] Key = [0x37, 0xfa, 0x21, 0x3d];

    [Fact]
    public void Apply_EveryLengthAndOffset_IsTheByteByByteResult()
    {
        var random = new Random(1);
        for (var length = 0; length < 200; length++)
        {
            var whole = new byte[length + 5];
            random.NextBytes(whole);
            for (var offset = 0; offset < 4; offset++)
            {
                var data = whole.ToArray();
                var expected = data.Select((b, i) => i < offset || i >= offset + length ? b : (byte)(b ^ Key[(i - offset) % 4])).ToArray();

                Masking.Apply(data.AsSpan(offset, length), MemoryMarshal.Read<uint>(Key));

                Assert.Equal(expected, data);
            }
        }
    }

    [Fact]
    public void Turn_AfterAnyCount_GoesOnWhereItStopped()
    {
        for (var cut = 0; cut < 9; cut++)
        {
            var data = new byte[20];
            var key = MemoryMarshal.Read<uint>(Key);

            Masking.Apply(data.AsSpan(0, cut), key);
            Masking.Apply(data.AsSpan(cut), Masking.Turn(key, cut));

            Assert.Equal(Enumerable.Range(0, 20).Select(i => Key[i % 4]), data);
        }
    }
}
