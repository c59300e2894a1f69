using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.Contracts.Tests.GatewayWorker;

public sealed class PhpSerializeTests
{
    /// <summary>Values with the bytes that PHP 8.2 writes for them (GatewayWorker protocol, sections 2.6 and 4).</summary>
    public static TheoryData<string, PhpValue> Golden => new()
    {
        { "N;", PhpValue.Null },
        { "b:0;", false },
        { "b:1;", true },
        { "i:-5;", -5L },
        { "i:9223372036854775807;", long.MaxValue },
        { "i:-9223372036854775808;", long.MinValue },
        { "d:1.5;", 1.5 },
        { "d:0.1;", 0.1 },
        { "d:0.30000000000000004;", 0.1 + 0.2 },
        { "d:0;", 0.0 },
        { "d:-0;", -0.0 },
        { "d:1.0E+100;", 1e100 },
        { "d:1.0E+25;", 1e25 },
        { "d:1.0E-5;", 1e-5 },
        { "d:0.0001;", 1e-4 },
        { "d:1.2345678901234568E+17;", 123456789012345678d },
        { "d:12345678901234568;", 12345678901234567d },
        { "d:1.7976931348623157E+308;", double.MaxValue },
        { "d:5.0E-324;", double.Epsilon },
        { "d:INF;", double.PositiveInfinity },
        { "d:-INF;", double.NegativeInfinity },
        { "d:NAN;", double.NaN },
        { "s:0:\"\";", "" },
        { "s:2:\"é\";", "é" },
        { "s:5:\"a\";\0b\";", "a\";\0b" },
        { "a:0:{}", new PhpArray() },
        { "a:2:{i:0;i:1;i:1;i:2;}", new PhpArray { 1L, 2L } },
        { "a:2:{s:1:\"v\";s:5:\"hello\";s:1:\"n\";i:1;}", new PhpArray { { "v", "hello" }, { "n", 1L } } },
        { "a:2:{s:1:\"n\";s:6:\"张三\";s:2:\"ok\";b:1;}", new PhpArray { { "n", "张三" }, { "ok", true } } },
        { "a:2:{i:0;s:5:\"room1\";i:1;i:7;}", new PhpArray { "room1", 7L } },
        {
            "a:3:{i:123;a:1:{i:0;i:1;}s:3:\"bob\";a:1:{i:0;i:2;}s:4:\"nope\";a:0:{}}",
            new PhpArray { { "123", new PhpArray { 1L } }, { "bob", new PhpArray { 2L } }, { "nope", new PhpArray() } }
        },
        {
            "a:2:{i:1;s:38:\"a:2:{s:1:\"v\";s:5:\"hello\";s:1:\"n\";i:1;}\";i:2;s:0:\"\";}",
            new PhpArray { { 1L, "a:2:{s:1:\"v\";s:5:\"hello\";s:1:\"n\";i:1;}" }, { 2L, "" } }
        },
        { "a:1:{s:6:\"groups\";a:2:{s:5:\"room1\";s:5:\"room1\";i:7;s:1:\"7\";}}", new PhpArray { { "groups", new PhpArray { { "room1", "room1" }, { "7", "7" } } } } },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Serialize_GoldenValue_WritesPhpsBytes(string bytes, PhpValue value)
    {
        Assert.Equal(bytes, Encoding.UTF8.GetString(PhpSerialize.Serialize(value)));
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void TryParse_GoldenBytes_GivesTheValue(string bytes, PhpValue value)
    {
        var raw = Encoding.UTF8.GetBytes(bytes);

        Assert.True(PhpSerialize.TryParse(raw, PhpLimits.Default, out var read, out var consumed));

        Assert.Equal(value, read);
        Assert.Equal(raw.Length, consumed);
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void TryParse_CutAnywhere_IsRefused(string bytes, PhpValue value)
    {
        Assert.NotEqual(PhpKind.Raw, value.Kind);
        var raw = Encoding.UTF8.GetBytes(bytes);
        for (var length = 0; length < raw.Length; length++)
        {
            Assert.False(PhpSerialize.TryParse(raw.AsSpan(0, length), out _), $"{length} bytes of {bytes}");
        }
    }

    [Theory]
    [InlineData("7", true)]
    [InlineData("-3", true)]
    [InlineData("0", true)]
    [InlineData("9223372036854775807", true)]
    [InlineData("-9223372036854775808", true)]
    [InlineData("07", false)]
    [InlineData("-0", false)]
    [InlineData("+1", false)]
    [InlineData("1.0", false)]
    [InlineData("9223372036854775808", false)]
    [InlineData("-9223372036854775809", false)]
    [InlineData("", false)]
    [InlineData("-", false)]
    [InlineData(" 1", false)]
    public void PhpKey_TextOfNumber_IsNormalisedAsPhpDoes(string text, bool isInteger)
    {
        Assert.Equal(isInteger, new PhpKey(text).IsInteger);
        Assert.Equal(text, new PhpKey(text).ToString());
    }

    [Fact]
    public void TryParse_DuplicateKeys_LastValueWinsAtFirstPlace()
    {
        Assert.True(PhpSerialize.TryParse("a:3:{s:1:\"7\";i:1;s:1:\"b\";i:2;i:7;i:3;}"u8, out var value));

        Assert.Equal("a:2:{i:7;i:3;s:1:\"b\";i:2;}", value.ToString());
    }

    [Theory]
    [InlineData("O:8:\"stdClass\":1:{s:1:\"a\";i:1;}")]
    [InlineData("O:8:\"stdClass\":2:{s:1:\"a\";O:1:\"B\":0:{}s:1:\"b\";a:1:{i:0;i:1;}}")]
    [InlineData("C:3:\"Foo\":5:{a}b}c}")]
    [InlineData("E:8:\"Suit:Top\";")]
    public void TryParse_Object_IsKeptAsItsBytes(string bytes)
    {
        var inArray = "a:2:{s:1:\"o\";" + bytes + "s:1:\"x\";i:1;}";

        Assert.True(PhpSerialize.TryParse(Encoding.UTF8.GetBytes(inArray), out var value));

        Assert.Equal(PhpKind.Raw, value.AsArray()!["o"].Kind);
        Assert.Equal(inArray, value.ToString());
    }

    [Fact]
    public void TryParse_Reference_IsSpelledOut()
    {
        Assert.True(PhpSerialize.TryParse("a:4:{i:0;i:1;i:1;R:2;i:2;a:1:{i:0;s:1:\"x\";}i:3;R:3;}"u8, out var value));

        Assert.Equal("a:4:{i:0;i:1;i:1;i:1;i:2;a:1:{i:0;s:1:\"x\";}i:3;a:1:{i:0;s:1:\"x\";}}", value.ToString());
    }

    [Fact]
    public void TryParse_ReferenceToItself_BecomesNull()
    {
        Assert.True(PhpSerialize.TryParse("a:1:{i:0;R:1;}"u8, out var value));

        Assert.Equal("a:1:{i:0;N;}", value.ToString());
    }

    [Theory]
    [InlineData('R')]
    [InlineData('r')]
    public void TryParse_ReferencesThatMultiply_AreRefusedPastTheSize(char letter)
    {
        // Each level names the one before twice: 2^60 strings if it were followed.
        var text = new StringBuilder("a:121:{i:0;s:100:\"").Append('x', 100).Append("\";");
        var slot = 2;
        for (var i = 0; i < 60; i++)
        {
            text.Append($"i:{(2 * i) + 1};a:2:{{i:0;{letter}:{slot};i:1;{letter}:{slot};}}i:{(2 * i) + 2};N;");
            slot = letter == 'R' ? slot + (i == 0 ? 1 : 2) : slot + (i == 0 ? 1 : 4);
        }

        text.Append('}');

        Assert.False(PhpSerialize.TryParse(Encoding.ASCII.GetBytes(text.ToString()), out _));
    }

    [Fact]
    public void TryParse_ReferencesThatDeepen_AreRefusedPastTheDepth()
    {
        var limits = new PhpLimits { MaxDepth = 50 };
        var nested = string.Concat(Enumerable.Repeat("a:1:{i:0;", 30)) + "N;" + new string('}', 30);
        var again = string.Concat(Enumerable.Repeat("a:1:{i:0;", 30)) + "R:2;" + new string('}', 30);

        Assert.False(PhpSerialize.TryParse(Encoding.ASCII.GetBytes("a:2:{i:0;" + nested + "i:1;" + again + "}"), limits, out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("i:;")]
    [InlineData("i:1")]
    [InlineData("i:9223372036854775808;")]
    [InlineData("b:2;")]
    [InlineData("d:;")]
    [InlineData("d: 1;")]
    [InlineData("d:1e999999;")]
    [InlineData("s:5:\"a\";")]
    [InlineData("s:-1:\"\";")]
    [InlineData("s:99999999999:\"\";")]
    [InlineData("a:1:{}")]
    [InlineData("a:-1:{}")]
    [InlineData("a:2000000000:{")]
    [InlineData("a:1:{N;i:1;}")]
    [InlineData("a:1:{a:0:{}i:1;}")]
    [InlineData("a:1:{i:0;i:1;")]
    [InlineData("R:1;")]
    [InlineData("a:1:{i:0;R:9;}")]
    [InlineData("C:1:\"A\":100:{x}")]
    public void TryParse_BadBytes_AreRefused(string bytes)
    {
        Assert.False(PhpSerialize.TryParse(Encoding.UTF8.GetBytes(bytes), out _));
    }

    [Fact]
    public void TryParse_DeepestNesting_IsReadAndOneMoreRefused()
    {
        static byte[] Nested(int depth) =>
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a:1:{i:0;", depth)) + "N;" + new string('}', depth));

        Assert.True(PhpSerialize.TryParse(Nested(4096), out var value));
        Assert.Equal(Nested(4096), PhpSerialize.Serialize(value));
        Assert.False(PhpSerialize.TryParse(Nested(4097), out _));
    }

    [Fact]
    public void TryParse_MoreElementsThanAllowed_IsRefused()
    {
        var limits = new PhpLimits { MaxElements = 3 };

        Assert.True(PhpSerialize.TryParse("a:3:{i:0;N;i:1;N;i:2;N;}"u8, limits, out _, out _));
        Assert.False(PhpSerialize.TryParse("a:2:{i:0;N;i:1;a:2:{i:0;N;i:1;N;}}"u8, limits, out _, out _));
    }

    [Fact]
    public void TryParse_TrailingBytes_AreLeftAlone()
    {
        Assert.True(PhpSerialize.TryParse("i:1;garbage"u8, PhpLimits.Default, out _, out var consumed));

        Assert.Equal(4, consumed);
    }
}
