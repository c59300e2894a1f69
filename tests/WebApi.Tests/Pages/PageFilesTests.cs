using System.Net;
using Portico.Support;

namespace Portico.WebApi.Tests.Pages;

public sealed class PageFilesTests
{
    [Fact]
    public async Task Get_TheLibrary_IsServedWithStrictHeaders()
    {
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:ClientUrl"] = "ws://127.0.0.1:18282/" });

        using var answer = await api.Http.GetAsync("/js/portico.js", TestContext.Current.CancellationToken).Guarded();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/javascript", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self' ws://127.0.0.1:18282;", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WithTheTagOfBefore_IsNotSentAgain()
    {
        await using var api = await WebApiHarness.StartAsync();
        using var first = await api.Http.GetAsync("/js/portico.js", TestContext.Current.CancellationToken).Guarded();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/js/portico.js");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await api.Http.SendAsync(request, TestContext.Current.CancellationToken).Guarded();

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Theory]
    [InlineData("/..%2fappsettings.json")]
    [InlineData("/js/../../appsettings.web-api.json")]
    [InlineData("/appsettings.web-api.json")]
    [InlineData("/js/")]
    [InlineData("/nothing.html")]
    [InlineData("/index.html")]
    [InlineData("/")]
    public async Task Get_WhatIsNoPageHere_Is404(string path)
    {
        await using var api = await WebApiHarness.StartAsync();

        using var answer = await api.Http.GetAsync(path, TestContext.Current.CancellationToken).Guarded();

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Get_InADemo_HasTheStartPageAndItsProducts()
    {
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:Demo"] = "true" });

        using var page = await api.Http.GetAsync("/", TestContext.Current.CancellationToken).Guarded();
        var settings = await api.GetAsync("/settings.json").ReadAsync();
        var product = await api.GetAsync("/api/v1/products/900001", "U_1").ReadAsync();

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.True(settings.GetProperty("demo").GetBoolean());
        Assert.Equal(900001, product.GetProperty("card").GetProperty("id").GetInt64());
    }
}
