using Portico.WebApi.Messages;

namespace Portico.WebApi.Tests.Messages;

public sealed class MixedMessageTests
{
    [Fact]
    public void Parse_TextAndPictures_KeepsTheirOrder()
    {
        var parts = MixedMessage.Parse("""&lt;b&gt; &amp; you<img class="x" src="data:image/png;base64,//// w==" alt="a>b">after<div>line</div><IMG SRC='data:image/gif;base64,AAAA'>""")!;

        Assert.Equal(["<b> & you", null, "after\nline", null], parts.Select(part => part.Text));
        Assert.Equal([0xFF, 0xFF, 0xFF, 0xFB], parts[1].Picture!);
        Assert.Equal([0, 0, 0], parts[3].Picture!);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>", "alert(1)")]
    [InlineData("a<img src=x onerror=alert(1)>b", "ab")]
    [InlineData("<a href=\"javascript:1\">x</a>", "x")]
    [InlineData("1 < 2 > 0", "1 < 2 > 0")]
    [InlineData("one<br>two<p>three</p>", "one\ntwo\nthree")]
    [InlineData("<!-- hidden -->seen", "seen")]
    [InlineData("&amp;lt;", "&lt;")]
    public void Parse_OtherMarkup_BecomesPlainText(string html, string text) => Assert.Equal(text, Assert.Single(MixedMessage.Parse(html)!).Text);

    [Fact]
    public void Parse_BrokenBase64_IsRefusedAndNothingIsEmpty()
    {
        Assert.Null(MixedMessage.Parse("""<img src="data:image/png;base64,A">"""));
        Assert.Empty(MixedMessage.Parse("")!);
        Assert.Empty(MixedMessage.Parse("<br><br>")!);
    }
}
