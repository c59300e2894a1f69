using System.Text;
using Portico.WebApi.Media;

namespace Portico.WebApi.Tests.Media;

public sealed class PictureCheckTests
{
    [Theory]
    [InlineData("png", 2, 2)]
    [InlineData("jpg", 4, 3)]
    [InlineData("gif", 5, 6)]
    [InlineData("webp", 8, 9)]
    public void Read_EachKind_KeepsTheImageAndDropsTheRest(string kind, int width, int height)
    {
        var picture = PictureCheck.Read(Sample(kind), 1000);

        Assert.NotNull(picture);
        Assert.Equal((kind, width, height), (picture.Extension, picture.Width, picture.Height));
        Assert.DoesNotContain("SECRET", Encoding.Latin1.GetString(picture.Content), StringComparison.Ordinal);
        Assert.Equal(picture.Content, PictureCheck.Read(picture.Content, 1000)!.Content);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("gif")]
    [InlineData("webp")]
    public void Read_CutOrScrambledAnywhere_NeverThrows(string kind)
    {
        var whole = Sample(kind);
        for (var i = 0; i < whole.Length; i++)
        {
            PictureCheck.Read(whole.AsSpan(0, i), 1000);
        }

        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = (byte[])whole.Clone();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            PictureCheck.Read(changed, 1000);
        }
    }

    [Fact]
    public void Read_NoPictureOrABomb_IsRefused()
    {
        Assert.Null(PictureCheck.Read("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"u8, 1000));
        Assert.Null(PictureCheck.Read("<?php echo 1;"u8, 1000));
        Assert.Null(PictureCheck.Read("GIF89a<script>alert(1)</script>"u8, 1000));
        Assert.Null(PictureCheck.Read([], 1000));
        Assert.Null(PictureCheck.Read(Samples.Png(50_000, 50_000), 50_000_000));
        Assert.Null(PictureCheck.Read(Samples.Png(uint.MaxValue, 1), 50_000_000));
        Assert.Null(PictureCheck.Read(Samples.Png(0, 1), 50_000_000));
    }

    private static byte[] Sample(string kind) => kind switch { "png" => Samples.Png(), "jpg" => Samples.Jpeg(), "gif" => Samples.Gif(), _ => Samples.WebP() };
}
