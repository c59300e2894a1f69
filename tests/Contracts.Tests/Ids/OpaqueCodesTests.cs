using Portico.Contracts.Ids;

namespace Portico.Contracts.Tests.Ids;

public sealed class OpaqueCodesTests
{
    private static readonly string Old = new('o', 32);
    private static readonly string New = new('n', 40);

    [Theory]
    [InlineData("U_1")]
    [InlineData("V_2")]
    [InlineData("")]
    [InlineData("a uid of more than sixteen bytes, with 张三")]
    public void TryDecode_OfAnEncodedUid_GivesItBack(string uid)
    {
        var codes = new OpaqueCodes([New]);

        var code = codes.Encode(uid);

        Assert.True(codes.TryDecode(code, out var decoded));
        Assert.Equal(uid, decoded);
        Assert.Equal(code, codes.Encode(uid));
        Assert.DoesNotContain(uid.Length > 0 ? uid : "=", code, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_DifferentUids_SameLengthOtherCode()
    {
        var codes = new OpaqueCodes([New]);

        Assert.Equal(codes.Encode("U_1").Length, codes.Encode("U_123456").Length);
        Assert.NotEqual(codes.Encode("U_1"), codes.Encode("U_2"));
    }

    [Fact]
    public void TryDecode_AfterARotation_ReadsTheOldAndWritesTheNew()
    {
        var before = new OpaqueCodes([Old]);
        var after = new OpaqueCodes([New, Old]);
        var finished = new OpaqueCodes([New]);

        Assert.True(after.TryDecode(before.Encode("U_1"), out _));
        Assert.True(finished.TryDecode(after.Encode("U_1"), out _));
        Assert.False(finished.TryDecode(before.Encode("U_1"), out _));
    }

    [Fact]
    public void TryDecode_OfAnythingElse_IsRefused()
    {
        var codes = new OpaqueCodes([New]);
        var code = codes.Encode("U_1");

        string?[] wrong = [null, "", "U_1", code[..^1], code + "A", code + "=", " " + code, code[1..], new('A', 59), new('x', 10_000), "ä" + code[1..]];
        Assert.All(wrong, text => Assert.False(codes.TryDecode(text, out _)));
        for (var i = 0; i < code.Length; i++)
        {
            var changed = code[..i] + (code[i] == 'A' ? 'B' : 'A') + code[(i + 1)..];
            Assert.False(codes.TryDecode(changed, out _), $"character {i}");
        }
    }

    [Fact]
    public void Constructor_ShortOrNoSecret_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new OpaqueCodes([]));
        Assert.Throws<ArgumentException>(() => new OpaqueCodes([New, "short"]));
    }
}
