using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Hosting;
using Portico.Support;
using Portico.WebApi.Hosting;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests;

/// <summary>A web-api as it is, with Kestrel on free ports and a store of its own; only the gateways are played.</summary>
internal sealed class WebApiHarness : IAsyncDisposable
{
    public const string ApiKey = "an-api-key-of-the-tests";
    public static readonly string TokenSecret = new('t', 40);
    public static readonly OpaqueCodes Codes = new([new string('c', 40)]);

    private readonly TemporaryFolder _folder = new();
    private readonly IHost _host;

    private WebApiHarness(Dictionary<string, string?> settings, string? store, TimeProvider? clock, TextRegister? register, bool asksGateways)
    {
        Register = register ?? new TextRegister(ScriptedGateways.Address.ToString());
        var all = new Dictionary<string, string?>
        {
            ["WebApi:Listen:0"] = "http://127.0.0.1:0",
            ["WebApi:InnerListen"] = "127.0.0.1:0",
            ["WebApi:ApiKeys:0"] = ApiKey,
            ["WebApi:Store"] = store ?? "sqlite:" + _folder.File("log.db"),
            ["WebApi:RegisterAddress:0"] = Register.Address,
            ["TokenSecret"] = TokenSecret,
            ["CodeKeys:0"] = new string('c', 40),
            ["DataFolder"] = _folder.Path,
            ["TimeZone"] = "UTC",
            ["Logging:LogLevel:Default"] = "Error",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        _host = WebApiHost.Build(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), services =>
        {
            if (!asksGateways)
            {
                services.AddSingleton<IGatewayClient>(Gateways);
            }

            if (clock is not null)
            {
                services.AddSingleton(clock);
            }
        });
    }

    public ScriptedGateways Gateways { get; } = new();

    /// <summary>Tells of one gateway unless the test says otherwise.</summary>
    public TextRegister Register { get; }

    public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Guard.LongLimit };

    public string Folder => _folder.Path;

    public Uri InnerAddress { get; private set; } = new("http://unknown");

    public IServiceProvider Services => _host.Services;

    /// <summary>Starts it.</summary>
    /// <param name="settings">Further configuration.</param>
    /// <param name="store">The database; null: a SQLite file.</param>
    /// <param name="clock">Its clock; null: the system's.</param>
    /// <param name="register">The register it asks; null: one that tells of one gateway.</param>
    /// <param name="asksGateways">It calls the gateways that the register tells of, in place of <see cref="Gateways"/>.</param>
    public static async Task<WebApiHarness> StartAsync(
        Dictionary<string, string?>? settings = null, string? store = null, TimeProvider? clock = null, TextRegister? register = null, bool asksGateways = false)
    {
        var harness = new WebApiHarness(settings ?? [], store, clock, register, asksGateways);
        await harness._host.StartAsync().Guarded();
        await harness.Services.GetRequiredService<StoreProbe>().FirstSuccess.Guarded();
        var addresses = harness.Services.GetRequiredService<RoleAddresses>().All;
        harness.Http.BaseAddress = new Uri(addresses.First(entry => entry.Key == "http").Value);
        harness.InnerAddress = new Uri("http://" + addresses.First(entry => entry.Key == "message log").Value);
        return harness;
    }

    /// <summary>The same with a product of V_2 (5) and one of E_4 (6), which make them merchants.</summary>
    public static async Task<WebApiHarness> StartShopAsync(
        Dictionary<string, string?>? settings = null, string? store = null, TimeProvider? clock = null, TextRegister? register = null, bool asksGateways = false)
    {
        var harness = await StartAsync(settings, store, clock, register, asksGateways);
        await harness.PutProductAsync(5, "V_2");
        await harness.PutProductAsync(6, "E_4");
        return harness;
    }

    public static string Token(string uid, TimeSpan? validity = null) => new UserTokens(TokenSecret).Create(uid, DateTimeOffset.UtcNow + (validity ?? TimeSpan.FromHours(1)));

    /// <summary>A form post with the API key, or as the user of <paramref name="asUser"/>.</summary>
    public Task<HttpResponseMessage> FormAsync(string path, Dictionary<string, string> fields, string? asUser = null, bool ajax = false) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields), asUser, ajax);

    public Task<HttpResponseMessage> JsonAsync(HttpMethod method, string path, object body, string? asUser = null) =>
        SendAsync(method, path, JsonContent.Create(body), asUser);

    public Task<HttpResponseMessage> GetAsync(string path, string? asUser = null) => SendAsync(HttpMethod.Get, path, null, asUser);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, string? asUser = null, bool ajax = false)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (asUser is null)
        {
            request.Headers.Add("X-Api-Key", ApiKey);
        }
        else
        {
            request.Headers.Add("Authorization", "Bearer " + Token(asUser));
        }

        if (ajax)
        {
            request.Headers.Add("X-Requested-With", "XMLHttpRequest");
        }

        // An import is one request.
        return await Http.SendAsync(request).WaitAsync(Guard.LongLimit);
    }

    public async Task PutProductAsync(long id, string merchant)
    {
        var answer = await JsonAsync(HttpMethod.Put, $"/api/v1/products/{id}", new { merchant_uid = merchant, title = "Tea & <Cups>", image = "/i/1.png", url = "/p/1", price = "9.90", stock = 7 });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.StopAsync().Guarded();
        await ((IAsyncDisposable)_host).DisposeAsync();
        Register.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}

/// <summary>Answers as JSON.</summary>
internal static class AnswerExtensions
{
    public static async Task<JsonElement> ReadAsync(this Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        return await answer.ReadAsync();
    }

    public static async Task<JsonElement> ReadAsync(this HttpResponseMessage answer)
    {
        var text = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync());
        using var document = JsonDocument.Parse(text.Length == 0 ? "null" : text);
        return document.RootElement.Clone();
    }
}
