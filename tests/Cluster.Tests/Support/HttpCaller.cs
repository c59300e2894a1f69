using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Portico.Support;

namespace Portico.Cluster.Tests.Support;

/// <summary>A PHP backend, or an old page, that posts forms.</summary>
internal sealed class HttpCaller(Uri address) : IDisposable
{
    // Who asks before he sends waits for the answer, however long it takes.
    private readonly HttpClient _http = new(new SocketsHttpHandler { Expect100ContinueTimeout = Guard.Limit }) { BaseAddress = address, Timeout = Guard.Limit };

    public HttpClient Http => _http;

    /// <summary>A user token as a PHP backend issues it in three lines.</summary>
    public static string Token(string uid, DateTimeOffset expires, string secret = PorticoCluster.TokenSecret, string? role = null)
    {
        var payload = role is null
            ? JsonSerializer.Serialize(new { sub = uid, exp = expires.ToUnixTimeSeconds() })
            : JsonSerializer.Serialize(new { sub = uid, exp = expires.ToUnixTimeSeconds(), role });
        return Signed(payload, secret);
    }

    /// <summary>A signed token with any payload.</summary>
    public static string Signed(string payload, string secret = PorticoCluster.TokenSecret)
    {
        var head = Base64Url("""{"alg":"HS256","typ":"JWT"}"""u8);
        var body = Base64Url(Encoding.UTF8.GetBytes(payload));
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{head}.{body}"));
        return $"{head}.{body}.{Base64Url(signature)}";
    }

    /// <summary><c>POST /gateway/{method}</c> with the API key.</summary>
    public async Task<JsonElement> CommandAsync(string method, params (string Name, string Value)[] form)
    {
        using var request = Post($"gateway/{method}", form);
        request.Headers.Add("X-Api-Key", PorticoCluster.ApiKey);
        return (await SendAsync(request)).Body;
    }

    /// <summary>A shop route as a PHP backend calls it: API key and the acting uid.</summary>
    public async Task<JsonElement> ShopAsync(string route, string uid, params (string Name, string Value)[] form)
    {
        using var request = Post($"push/push/{route}", [.. form, ("uid", uid)]);
        request.Headers.Add("X-Api-Key", PorticoCluster.ApiKey);
        return (await SendAsync(request)).Body;
    }

    /// <summary>A shop route as the old page calls it: user token, AJAX, and the answer a JSON string that holds JSON.</summary>
    public async Task<JsonElement> AjaxAsync(string route, string uid, params (string Name, string Value)[] form)
    {
        using var request = Post($"push/push/{route}", form);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(uid, DateTimeOffset.UtcNow.AddHours(1)));
        request.Headers.Add("X-Requested-With", "XMLHttpRequest");
        var (_, outer) = await SendAsync(request);
        Assert.Equal(JsonValueKind.String, outer.ValueKind);
        using var inner = JsonDocument.Parse(outer.GetString()!);
        return inner.RootElement.Clone();
    }

    /// <summary>A GET under <c>/api/v1</c> with a user's token.</summary>
    public async Task<JsonElement> GetAsync(string path, string uid)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(uid, DateTimeOffset.UtcNow.AddHours(1)));
        return (await SendAsync(request)).Body;
    }

    /// <summary>A GET under <c>/api/v1</c> with the API key.</summary>
    public async Task<JsonElement> AskAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Api-Key", PorticoCluster.ApiKey);
        return (await SendAsync(request)).Body;
    }

    /// <summary>Creates or replaces a product.</summary>
    public async Task ProductAsync(int id, string merchant, string title)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"api/v1/products/{id}")
        {
            Content = new StringContent(
                JsonSerializer.Serialize(new { merchant_uid = merchant, title, image = "/p.png", url = $"/product/{id}", price = 12.5, stock = 3 }),
                Encoding.UTF8,
                "application/json"),
        };
        request.Headers.Add("X-Api-Key", PorticoCluster.ApiKey);
        var (status, body) = await SendAsync(request);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent, $"{status} {body}");
    }

    /// <summary>Sends and reads the JSON answer (undefined when there is no body).</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpRequestMessage request)
    {
        using var answer = await _http.SendAsync(request).Guarded();
        var text = await answer.Content.ReadAsStringAsync().Guarded();
        if (text.Length == 0)
        {
            return (answer.StatusCode, default);
        }

        using var json = JsonDocument.Parse(text);
        return (answer.StatusCode, json.RootElement.Clone());
    }

    public void Dispose() => _http.Dispose();

    public static HttpRequestMessage Post(string path, IEnumerable<(string Name, string Value)> form) =>
        new(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))) };

    private static string Base64Url(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
