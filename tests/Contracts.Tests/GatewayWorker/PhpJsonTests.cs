using System.Buffers;
using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.Contracts.Tests.GatewayWorker;

/// <summary>The texts are those of PHP 8.2's json_encode(…, JSON_UNESCAPED_UNICODE).</summary>
public sealed class PhpJsonTests
{
    [Theory]
    [InlineData("N;", "null")]
    [InlineData("b:1;", "true")]
    [InlineData("i:-5;", "-5")]
    [InlineData("d:10;", "10")]
    [InlineData("d:0.1;", "0.1")]
    [InlineData("d:1.0E+25;", "1.0e+25")]
    [InlineData("s:8:\"a/b\"\\é\x01\";", "\"a\\/b\\\"\\\\é\\u0001\"")]
    [InlineData("s:6:\"\b\f\n\r\t\x7f\";", "\"\\b\\f\\n\\r\\t\x7f\"")]
    [InlineData("s:3:\"\u2028\";", "\"\\u2028\"")]
    [InlineData("a:0:{}", "[]")]
    [InlineData("a:2:{i:0;i:1;i:1;s:6:\"张三\";}", "[1,\"张三\"]")]
    [InlineData("a:2:{i:1;i:1;i:0;i:2;}", "{\"1\":1,\"0\":2}")]
    [InlineData("a:2:{s:4:\"type\";s:3:\"say\";s:4:\"list\";a:1:{i:0;N;}}", "{\"type\":\"say\",\"list\":[null]}")]
    [InlineData("O:8:\"stdClass\":1:{s:1:\"a\";i:1;}", "{\"__PHP_Incomplete_Class_Name\":\"stdClass\",\"a\":1}")]
    [InlineData("O:1:\"A\":2:{s:4:\"\0A\0p\";i:1;s:1:\"q\";i:2;}", "{\"__PHP_Incomplete_Class_Name\":\"A\",\"q\":2}")]
    public void TryEncode_Value_IsWhatPhpWrites(string serialized, string json)
    {
        Assert.True(PhpSerialize.TryParse(Encoding.UTF8.GetBytes(serialized), out var value));
        var buffer = new ArrayBufferWriter<byte>();

        Assert.True(PhpJson.TryEncode(value, buffer));

        Assert.Equal(json, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    [Theory]
    [InlineData("d:INF;")]
    [InlineData("d:NAN;")]
    public void TryEncode_NoNumber_IsRefused(string serialized)
    {
        Assert.True(PhpSerialize.TryParse(Encoding.UTF8.GetBytes(serialized), out var value));

        Assert.False(PhpJson.TryEncode(value, new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void TryEncode_BytesThatAreNoText_AreReplaced()
    {
        var buffer = new ArrayBufferWriter<byte>();

        Assert.True(PhpJson.TryEncode(PhpValue.FromBytes([(byte)'a', 0xFF, (byte)'b']), buffer));

        Assert.Equal("\"a\uFFFDb\"", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    [Fact]
    public void TryEncode_DeeperThanPhp_IsRefused()
    {
        var value = new PhpArray();
        for (var depth = 0; depth < 600; depth++)
        {
            value = new PhpArray { (PhpValue)value };
        }

        Assert.False(PhpJson.TryEncode(value, new ArrayBufferWriter<byte>()));
    }

    [Theory]
    [InlineData("null", "N;")]
    [InlineData("{\"a\":1,\"7\":true,\"b\":[1.5,\"x\",null],\"c\":{}}", "a:4:{s:1:\"a\";i:1;i:7;b:1;s:1:\"b\";a:3:{i:0;d:1.5;i:1;s:1:\"x\";i:2;N;}s:1:\"c\";a:0:{}}")]
    [InlineData("12345678901234567890", "d:1.2345678901234567E+19;")]
    [InlineData("\"\\u5f20\\/\"", "s:4:\"张/\";")]
    public void TryDecode_Json_BecomesPhpValues(string json, string serialized)
    {
        Assert.True(PhpJson.TryDecode(Encoding.UTF8.GetBytes(json), out var value));

        Assert.Equal(serialized, value.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("1 2")]
    [InlineData("'a'")]
    [InlineData("\"\\ud800\"")]
    public void TryDecode_NoJson_IsRefused(string json)
    {
        Assert.False(PhpJson.TryDecode(Encoding.UTF8.GetBytes(json), out _));
    }
}
