using System.Net;
using System.Text;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Portico.Support;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Media;

/// <summary>Pictures as they come over HTTP: refused, or stored without what could harm or tell where it was taken.</summary>
public sealed class MediaStoreTests(MariaDbFixture server)
{
    [Fact]
    public async Task Start_HalvesOfACrash_AreRemovedAndPicturesStay()
    {
        using var folder = new TemporaryFolder();
        var day = Directory.CreateDirectory(Path.Combine(folder.Path, "chat/2026/01/02")).FullName;
        var (half, whole) = (Path.Combine(day, new string('a', 32) + ".png.part"), Path.Combine(day, new string('b', 32) + ".png"));
        await File.WriteAllTextAsync(half, "half", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(whole, Samples.Png(), TestContext.Current.CancellationToken);
        var beingWritten = Path.Combine(day, new string('c', 32) + ".png.part"); // by another web-api with the same folder
        await using var writing = new FileStream(beingWritten, FileMode.CreateNew, FileAccess.Write);

        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:UploadFolder"] = folder.Path });

        Assert.False(File.Exists(half));
        Assert.True(File.Exists(beingWritten));
        using var served = await api.Http.GetAsync($"/upload/chat/2026/01/02/{new string('b', 32)}.png", TestContext.Current.CancellationToken);
        using var partial = await api.Http.GetAsync($"/upload/chat/2026/01/02/{new string('a', 32)}.png.part", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (served.StatusCode, partial.StatusCode));
    }

    [Fact]
    public async Task Save_QuotaUsedUp_HoldsForThatUidAndForADay()
    {
        var clock = new FakeClock { Start = DateTimeOffset.UtcNow };
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:Limits:UploadBytesPerDay"] = "80" }, clock: clock);

        using var first = await UploadAsync(api, Samples.Png());
        using var second = await UploadAsync(api, Samples.Png());
        using var other = await UploadAsync(api, Samples.Png(), "U_2");
        clock.Advance(TimeSpan.FromHours(25));
        using var later = await api.SendAsync(HttpMethod.Post, "/api/v1/uploads?uid=U_1", new ByteArrayContent(Samples.Png()) { Headers = { ContentType = new("image/png") } });

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.OK, HttpStatusCode.OK], new[] { first, second, other, later }.Select(answer => answer.StatusCode));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Save_ManyAtOnceThroughTwoWebApis_FillTheQuotaAndNeverPassIt(string kind)
    {
        using var folder = new TemporaryFolder();
        var size = await SizeAsync();
        var settings = new Dictionary<string, string?> { ["WebApi:UploadFolder"] = folder.File("upload"), ["WebApi:Limits:UploadBytesPerDay"] = $"{5 * size}" };
        var store = kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : "sqlite:" + folder.File("log.db");
        await using var one = await WebApiHarness.StartAsync(settings, store);
        await using var other = await WebApiHarness.StartAsync(settings, store);

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => UploadAsync(i % 2 == 0 ? one : other, Samples.Png())));

        var codes = answers.Select(answer => answer.StatusCode).ToList();
        Array.ForEach(answers, answer => answer.Dispose());
        Assert.Equal((5, 19), (codes.Count(code => code == HttpStatusCode.OK), codes.Count(code => code == HttpStatusCode.TooManyRequests)));
        Assert.Equal(5, Directory.GetFiles(folder.File("upload"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Save_NoPlaceToWriteTo_IsUnavailableAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        var upload = Path.Combine(folder.Path, "upload");
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:UploadFolder"] = upload });

        // A file where the folder should be: the system refuses it as it refuses a full disk, whoever the tests run as.
        await File.WriteAllTextAsync(upload, "", TestContext.Current.CancellationToken);
        using var refused = await UploadAsync(api, Samples.Png());
        File.Delete(upload);
        using var taken = await UploadAsync(api, Samples.Png());

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (refused.StatusCode, taken.StatusCode));
        Assert.Single(Directory.GetFiles(upload, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Save_NobodyWritesItDown_LeavesNoFileBehind()
    {
        using var folder = new TemporaryFolder();
        var upload = Path.Combine(folder.Path, "upload");
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:UploadFolder"] = upload });
        await api.Services.GetRequiredService<ChatLog>().WriteAsync((connection, transaction) =>
            connection.Execute("CREATE TRIGGER full BEFORE INSERT ON uploads BEGIN SELECT RAISE(ABORT, 'no room'); END", transaction: transaction));

        using var refused = await UploadAsync(api, Samples.Png());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Empty(Directory.GetFiles(upload, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("bomb")]
    [InlineData("script")]
    [InlineData("svg")]
    [InlineData("script in a gif")]
    [InlineData("cut png")]
    [InlineData("cut jpg")]
    [InlineData("cut gif")]
    [InlineData("cut webp")]
    [InlineData("nothing")]
    public async Task Upload_WhatIsNoWholePicture_IsRefusedAndLeavesNothing(string kind)
    {
        var bytes = kind switch
        {
            "bomb" => Samples.Png(60_000, 60_000),
            "script" => "<script>alert(1)</script>"u8.ToArray(),
            "svg" => "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"u8.ToArray(),
            "script in a gif" => "GIF89a/*<script>alert(1)</script>*/=1;"u8.ToArray(),
            "cut png" => Samples.Png()[..60],
            "cut jpg" => Samples.Jpeg()[..30],
            "cut gif" => Samples.Gif()[..40],
            "cut webp" => Samples.WebP()[..40],
            _ => [],
        };
        await using var api = await WebApiHarness.StartAsync();

        using var answer = await UploadAsync(api, bytes);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var folder = Path.Combine(api.Folder, "upload");
        Assert.Empty(Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : []);
    }

    [Theory]
    [InlineData("jpg", "image/jpeg")]
    [InlineData("animated gif", "image/gif")]
    [InlineData("animated webp", "image/webp")]
    public async Task Upload_WithAPlaceInIt_IsServedWithoutItAndStillMoves(string kind, string type)
    {
        var bytes = kind switch { "jpg" => Samples.Jpeg(), "animated gif" => Samples.AnimatedGif(), _ => Samples.AnimatedWebP() };
        await using var api = await WebApiHarness.StartAsync();

        var path = (await UploadAsync(api, bytes).ReadAsync()).GetProperty("path").GetString();
        using var served = await api.Http.GetAsync(path, TestContext.Current.CancellationToken);

        var content = Encoding.Latin1.GetString(await served.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(type, served.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("SECRET", content, StringComparison.Ordinal);
        if (kind != "jpg")
        {
            Assert.Contains(kind == "animated gif" ? "NETSCAPE2.0" : "ANIM", content, StringComparison.Ordinal);
            Assert.Equal(2, content.Split(kind == "animated gif" ? "FRAME" : "ANMF").Length - 1);
        }

        Assert.Contains("sandbox", served.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    // Of the sample as it is kept, without what was taken out of it.
    private static async Task<long> SizeAsync()
    {
        await using var api = await WebApiHarness.StartAsync();
        using var answer = await UploadAsync(api, Samples.Png());
        var file = Directory.GetFiles(Path.Combine(api.Folder, "upload"), "*", SearchOption.AllDirectories).Single();
        return new FileInfo(file).Length;
    }

    private static async Task<HttpResponseMessage> UploadAsync(WebApiHarness api, byte[] content, string asUser = "U_1")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", "/etc/../x.png" } };
        return await api.SendAsync(HttpMethod.Post, "/api/v1/uploads", form, asUser);
    }
}
