using System.Text;
using Portico.Gateway.Protocols.WebSocket.Deflate;

namespace Portico.Gateway.Tests.Protocols.WebSocket.Deflate;

public sealed class DeflaterTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(6, true)]
    [InlineData(9, true)]
    public void Deflate_ForAWindowOf256Bytes_IsReadWithSuchAWindow(int level, bool keepWindow)
    {
        using var deflater = new Deflater(8, level);
        var random = new Random(level);
        var reader = new SmallWindowReader();

        foreach (var message in Messages(random))
        {
            var deflated = new byte[Deflater.Bound(message.Length)];
            var length = deflater.Deflate(message, deflated, keepWindow);

            Assert.True(reader.Read([.. deflated[..length], 0x00, 0x00, 0xFF, 0xFF], message.Length).AsSpan().SequenceEqual(message));
        }

        reader.End();
    }

    // Repetitions at every distance around the window, within a message and from one to the next.
    private static IEnumerable<byte[]> Messages(Random random)
    {
        var block = new byte[64];
        random.NextBytes(block);
        for (var distance = 100; distance < 700; distance += 7)
        {
            var between = new byte[distance - block.Length < 0 ? 0 : distance - block.Length];
            random.NextBytes(between);
            yield return [.. block, .. between, .. block, .. between, .. block];
        }

        yield return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(i => $"{{\"id\":{i},\"name\":\"κόσμε\"}}")));
        yield return new byte[100_000];
    }

    /// <summary>Inflates byte by byte, so that nothing but its window of 256 bytes can be referred to.</summary>
    private sealed unsafe class SmallWindowReader
    {
        private ZLib.Stream _stream;

        public SmallWindowReader() => Assert.Equal(ZLib.Ok, ZLib.InflateInit(ref _stream, -8));

        public byte[] Read(byte[] deflated, int length)
        {
            var read = new byte[length];
            var byteOut = new byte[1];
            fixed (byte* from = deflated)
            fixed (byte* to = byteOut)
            {
                _stream.NextIn = from;
                _stream.AvailableIn = (uint)deflated.Length;
                for (var i = 0; i < length; i++)
                {
                    _stream.NextOut = to;
                    _stream.AvailableOut = 1;
                    Assert.Equal(ZLib.Ok, ZLib.Inflate(ref _stream, ZLib.SyncFlush));
                    Assert.Equal(0u, _stream.AvailableOut);
                    read[i] = byteOut[0];
                }

                // The tail: nothing comes out of it.
                _stream.NextOut = to;
                _stream.AvailableOut = 1;
                _ = ZLib.Inflate(ref _stream, ZLib.SyncFlush);
                Assert.Equal((0u, 1u), (_stream.AvailableIn, _stream.AvailableOut));
            }

            return read;
        }

        public void End() => ZLib.InflateEnd(ref _stream);
    }
}
