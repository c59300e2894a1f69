using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.Contracts.Tests.GatewayWorker;

public sealed class PhpSerializeFuzzTests
{
    private static readonly byte[][] Samples =
    [
        .. new[]
        {
            "N;", "b:1;", "i:-5;", "d:1.0E+100;", "d:INF;", "s:5:\"hello\";", "a:0:{}",
            "a:2:{s:1:\"v\";s:5:\"hello\";s:1:\"n\";i:1;}",
            "a:3:{i:123;a:1:{i:0;i:1;}s:3:\"bob\";a:1:{i:0;d:0.5;}s:4:\"nope\";a:0:{}}",
            "a:3:{i:0;O:8:\"stdClass\":1:{s:1:\"a\";i:1;}i:1;C:3:\"Foo\":3:{a}b}i:2;E:8:\"Suit:Top\";}",
            "a:4:{i:0;i:1;i:1;R:2;i:2;a:1:{i:0;s:1:\"x\";}i:3;r:3;}",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    [Fact]
    public void TryParse_MutatedInput_IsReadOrRefusedAndWhatIsReadComesBackTheSame()
    {
        DecoderFuzz.Run(1, 60_000, Samples, "NbidsaOCErR:;{}\"0123456789-+.", input =>
        {
            if (!PhpSerialize.TryParse(input, PhpLimits.Default, out var value, out var consumed))
            {
                return;
            }

            Assert.InRange(consumed, 1, input.Length);
            var again = PhpSerialize.Serialize(value);
            Assert.True(PhpSerialize.TryParse(again, out var second));
            Assert.Equal(again, PhpSerialize.Serialize(second));
        });
    }

    [Fact]
    public void TryMerge_MutatedInput_NeverThrows()
    {
        DecoderFuzz.Run(2, 20_000, Samples, "NbidsaOCErR:;{}\"0123456789-+.", input =>
        {
            var middle = input.Length / 2;
            _ = SessionMerge.TryMerge(input[..middle], input[middle..], 65536, out _);
            if (SessionMerge.TryMerge("a:1:{s:1:\"a\";a:1:{i:0;i:1;}}"u8, input, 65536, out var merged))
            {
                Assert.InRange(merged.Length, 1, 65536);
            }
        });
    }
}
