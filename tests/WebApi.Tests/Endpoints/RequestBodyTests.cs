using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>Requests as real callers send them by mistake.</summary>
public sealed class RequestBodyTests
{
    private const string Message = """{"to":"V_2","content":"hello"}""";

    [Fact]
    public async Task Json_WithAByteOrderMark_IsReadAsWithoutIt()
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var answer = await SendAsync(api, [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Message)]);
        using var markAlone = await SendAsync(api, Encoding.UTF8.GetPreamble());

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (answer.StatusCode, markAlone.StatusCode));
    }

    [Fact]
    public async Task Body_Compressed_IsRefusedInWords()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Message), TestContext.Current.CancellationToken);
        }

        using var answer = await SendAsync(api, packed.ToArray(), "gzip");
        using var identity = await SendAsync(api, Encoding.UTF8.GetBytes(Message), "identity");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains("Content-Encoding", (await answer.ReadAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, identity.StatusCode);
    }

    [Fact]
    public async Task Head_OfWhatBrowsersOpen_IsTheSameWithoutABody()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var picture = new ByteArrayContent(Media.Samples.Png()) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        var path = (await api.SendAsync(HttpMethod.Post, "/api/v1/uploads", picture, "U_1").ReadAsync()).GetProperty("path").GetString()!;

        foreach (var address in new[] { path, "/push/push/chat?pid=5", "/push/push/history?with=V_2" })
        {
            using var answer = await api.SendAsync(HttpMethod.Head, address, null, "U_1");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    private static Task<HttpResponseMessage> SendAsync(WebApiHarness api, byte[] body, string? encoding = null)
    {
        var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return api.SendAsync(HttpMethod.Post, "/api/v1/messages", content, "U_1");
    }
}
