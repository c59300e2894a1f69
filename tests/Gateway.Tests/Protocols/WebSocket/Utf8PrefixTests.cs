using System.Text;
using Portico.Gateway.Protocols.WebSocket;

namespace Portico.Gateway.Tests.Protocols.WebSocket;

public sealed class Utf8PrefixTests
{
    [Fact]
    public void IsValid_EveryPrefixOfValidText_IsValid()
    {
        var text = "aé€𝄞z\u0800\uFFFD\U0010FFFF\uD7FF\uE000"u8;
        for (var cut = 0; cut <= text.Length; cut++)
        {
            Assert.True(Utf8Prefix.IsValid(text[..cut], out var whole));
            Assert.InRange(cut - whole, 0, 3);
            Assert.True(System.Text.Unicode.Utf8.IsValid(text[..whole]));
        }
    }

    [Theory]
    [InlineData("80")]
    [InlineData("C0")]
    [InlineData("C1BF")]
    [InlineData("E080")]
    [InlineData("EDA0")]
    [InlineData("F08F")]
    [InlineData("F490")]
    [InlineData("F5")]
    [InlineData("FF")]
    [InlineData("E28241")]
    [InlineData("E2E2")]
    [InlineData("F0909041")]
    [InlineData("4180808080")]
    public void IsValid_NoPrefixOfAnything_IsKnownAtTheWrongByte(string hex)
    {
        var bytes = Convert.FromHexString(hex);

        Assert.False(Utf8Prefix.IsValid(bytes, out _));
        Assert.False(Utf8Prefix.IsValid([.. "text "u8, .. bytes], out _));
    }

    [Fact]
    public void IsValid_RandomBytesGivenPieceByPiece_AgreesWithTheWhole()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 6).Select(_ => "aé€𝄞\uFFFF".EnumerateRunes().ElementAt(random.Next(5)).ToString())));
            if (random.Next(2) == 0)
            {
                text[random.Next(text.Length)] = (byte)random.Next(256);
            }

            var at = 0;
            var valid = true;
            for (var end = 1; valid && end <= text.Length; end++)
            {
                valid = Utf8Prefix.IsValid(text.AsSpan(at, end - at), out var whole);
                at += whole;
            }

            Assert.Equal(System.Text.Unicode.Utf8.IsValid(text), valid && at == text.Length);
        }
    }
}
