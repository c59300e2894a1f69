using System.Net;
using System.Text;
using Portico.Support;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Media;

/// <summary>Pictures and texts are gone when their messages are: after a recall, and after retention.</summary>
public sealed class PictureRemovalTests(MariaDbFixture server)
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task Recall_OfTheOnlyMessageThatShowsAPicture_DeletesIt()
    {
        await using var api = await WebApiHarness.StartShopAsync(clock: _clock);
        var picture = await UploadAsync(api, "U_1");
        var sent = await ShowAsync(api, "U_1", "V_2", picture);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, picture));

        await RecallAsync(api, "U_1", sent);

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(api, picture));
        Assert.Empty(Directory.EnumerateFiles(api.Folder, "*.png", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recall_WhileAnotherMessageShowsThePicture_LeavesItUntilThatIsRecalledToo(bool onMariaDb)
    {
        var store = onMariaDb ? "mysql:" + await server.CreateDatabaseAsync() : null;
        await using var api = await WebApiHarness.StartShopAsync(store: store, clock: _clock);
        var picture = await UploadAsync(api, "U_1");
        var first = await ShowAsync(api, "U_1", "V_2", picture);
        var second = await ShowAsync(api, "U_1", "E_4", picture);

        await RecallAsync(api, "U_1", first);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, picture));

        await RecallAsync(api, "U_1", second);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(api, picture));
    }

    [Fact]
    public async Task Recall_OfAMessageThatShowsSomebodyElsesPicture_LeavesIt()
    {
        await using var api = await WebApiHarness.StartShopAsync(clock: _clock);
        var picture = await UploadAsync(api, "U_1");
        var own = await ShowAsync(api, "U_1", "V_2", picture);
        var copy = await ShowAsync(api, "V_2", "U_1", picture);

        await RecallAsync(api, "V_2", copy);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, picture));

        await RecallAsync(api, "U_1", own);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(api, picture));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retention_DeletesThePicturesOfForgottenMessagesThatNoKeptOneShows(bool onMariaDb)
    {
        var store = onMariaDb ? "mysql:" + await server.CreateDatabaseAsync() : null;
        await using var api = await WebApiHarness.StartShopAsync(store: store, clock: _clock);
        var (old, shownAgain, unshown) = (await UploadAsync(api, "U_1"), await UploadAsync(api, "U_1"), await UploadAsync(api, "U_1"));
        await ShowAsync(api, "U_1", "V_2", old);
        await ShowAsync(api, "U_1", "V_2", shownAgain);
        _clock.Advance(TimeSpan.FromHours(1));
        var before = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        await ShowAsync(api, "U_1", "E_4", shownAgain);

        var form = new Dictionary<string, string> { ["before"] = before.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        using var done = await api.FormAsync("/api/v1/admin/retention", form);
        Assert.True(done.IsSuccessStatusCode, await done.Content.ReadAsStringAsync());

        Assert.Equal(
            (HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.OK),
            (await StatusAsync(api, old), await StatusAsync(api, shownAgain), await StatusAsync(api, unshown)));
    }

    [Fact]
    public async Task Recall_OfAText_LeavesItInNoFileOfTheDatabase()
    {
        await using var api = await WebApiHarness.StartShopAsync(clock: _clock);
        const string Marker = "a-marker-that-nobody-else-writes";
        var longer = Marker + new string('x', 20_000) + Marker;
        var sent = new List<Sent> { await SayAsync(api, Marker), await SayAsync(api, longer) };
        Assert.True(Holds(api, Marker));

        foreach (var one in sent)
        {
            await RecallAsync(api, "U_1", one);
        }

        _clock.Advance(TimeSpan.FromSeconds(5));
        await Guard.UntilAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(5));
                return !Holds(api, Marker);
            },
            "the text is in no file");
    }

    private static bool Holds(WebApiHarness api, string text) => Directory.EnumerateFiles(api.Folder, "log.db*")
        .Any(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
        });

    private static async Task<string> UploadAsync(WebApiHarness api, string uid)
    {
        using var picture = new ByteArrayContent(Samples.Png()) { Headers = { ContentType = new("image/png") } };
        return (await api.SendAsync(HttpMethod.Post, "/api/v1/uploads?uid=" + uid, picture).ReadAsync()).GetProperty("path").GetString()!;
    }

    private static async Task<Sent> ShowAsync(WebApiHarness api, string from, string to, string picture) =>
        Sent.Read(await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = from, to, type = 3, content = new[] { picture } }).ReadAsync());

    private static async Task<Sent> SayAsync(WebApiHarness api, string text) =>
        Sent.Read(await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content = text }).ReadAsync());

    private static async Task RecallAsync(WebApiHarness api, string uid, Sent sent)
    {
        using var answer = await api.JsonAsync(HttpMethod.Post, "/api/v1/recall", new { uid, conversation = sent.Conversation, seq = sent.Seq });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<HttpStatusCode> StatusAsync(WebApiHarness api, string picture)
    {
        using var answer = await api.Http.GetAsync(new Uri(picture, UriKind.Relative)).Guarded();
        return answer.StatusCode;
    }

    private sealed record Sent(string Conversation, long Seq)
    {
        public static Sent Read(System.Text.Json.JsonElement answer) =>
            new(answer.GetProperty("conversation").GetString()!, answer.GetProperty("seq").GetInt64());
    }
}
