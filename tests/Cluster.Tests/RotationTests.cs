using System.Net;
using System.Text.Json;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>All secrets of a running cluster are replaced, role by role (docs/security.md, "Replacing secrets"); and what a worker with a wrong one does.</summary>
public sealed class RotationTests : IAsyncLifetime
{
    private static readonly Secrets Old = new("old-secret-key-of-roles", new('o', 32), "old-api-key-of-16", new('p', 32));
    private static readonly Secrets New = new("new-secret-key-of-roles", new('n', 32), "new-api-key-of-16", new('m', 32));

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, RoleProcess> _roles = [];
    private readonly int _register = FreePort.Take();
    private readonly int _http = FreePort.Take();
    private readonly int _log = FreePort.Take();
    private readonly Dictionary<string, (int Clients, int Inner)> _gateways = new() { ["gateway 1"] = (FreePort.Take(), FreePort.Take()), ["gateway 2"] = (FreePort.Take(), FreePort.Take()) };
    private HttpCaller _caller = null!;
    private int _messages;

    public async ValueTask InitializeAsync()
    {
        _caller = new HttpCaller(new Uri($"http://127.0.0.1:{_http}/"));
        await WriteAsync(Old);
        foreach (var role in (string[])["register", "web-api", "gateway 1", "gateway 2", "worker 1", "worker 2"])
        {
            await RestartAsync(role);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var role in _roles.Values)
        {
            await role.DisposeAsync();
        }

        _caller.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Secrets_ReplacedRoleByRole_ClientsAndBackendsAreServedAllTheTime()
    {
        await WorksAsync(Old);

        // Accepted everywhere, used nowhere.
        await RestartAllAsync([Old, New], () => WorksAsync(Old));

        // Used by one role after the other; tokens and keys that were given out before are good.
        await RestartAllAsync([New, Old], async () =>
        {
            await WorksAsync(Old);
            await WorksAsync(New);
        });

        await RestartAllAsync([New], () => WorksAsync(New));

        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(Old, "U_1", "refused")).Status);
        await using var client = await ConnectAsync("gateway 1", Token(Old, "U_1"));
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(1008, (int)client.Socket.CloseStatus!);
        Assert.All(_roles.Values, role => Assert.DoesNotContain(" fail:", role.Log, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Worker_WithoutOrWithAnotherTokenSecret_ServesNobodyAsAStranger()
    {
        await WorksAsync(Old);
        await _roles["worker 2"].StopAsync();
        foreach (var (setting, code, says) in new[] { ("", 1013, "TokenSecret is not set for this worker"), (new string('x', 32), 1008, "this worker's TokenSecret differs") })
        {
            await File.WriteAllTextAsync(_folder.File("worker-token-secret"), setting.Length > 0 ? setting : "unused");
            await StartWorkerAsync("worker 1", setting.Length > 0 ? [$"--TokenSecretFile={_folder.File("worker-token-secret")}"] : []);
            for (var i = 0; i < 5; i++)
            {
                await using var client = await ConnectAsync("gateway 1", Token(Old, "U_1"));
                Assert.Null(await client.ReceiveAsync());
                Assert.Equal(code, (int)client.Socket.CloseStatus!);
            }

            await _roles["worker 1"].SeenAsync(says);
            Assert.Single(_roles["worker 1"].Log.Split('\n'), line => line.Contains(says, StringComparison.Ordinal));
        }

        // Without a token a client is anonymous because it wants to be.
        await using var stranger = await TestClient.ShakeHandsAsync($"ws://127.0.0.1:{_gateways["gateway 1"].Clients}/", "portico.v1");
        Assert.Equal(20, stranger.ClientId.Length);
    }

    private static string Token(Secrets secrets, string uid) => HttpCaller.Token(uid, DateTimeOffset.UtcNow.AddHours(1), secrets.TokenSecret);

    private Task<TestClient> ConnectAsync(string gateway, string token) => TestClient.ConnectAsync($"ws://127.0.0.1:{_gateways[gateway].Clients}/?token={token}", "portico.v1");

    /// <summary>A client of each gateway that shows a token is bound, gets what a backend sends, and its merchant's code for it is read.</summary>
    private Task WorksAsync(Secrets secrets) => Guard.UntilAsync(
        async () =>
        {
            foreach (var gateway in _gateways.Keys)
            {
                if (!await IsServedAsync(gateway, secrets))
                {
                    return false;
                }
            }

            return true;
        },
        $"both gateways serve with {secrets.SecretKey}; logs:\n{string.Join('\n', _roles.Select(role => role.Key + "\n" + role.Value.Log))}");

    private async Task<bool> IsServedAsync(string gateway, Secrets secrets)
    {
        var text = $"message {Interlocked.Increment(ref _messages)}";
        await using var client = await ConnectAsync(gateway, Token(secrets, "U_1"));
        await client.SendAsync("""{"type":"handshake"}""");
        if (await client.ReceiveAsync() is not { } answer || Json(answer).GetProperty("uid").GetString() != "U_1")
        {
            // Closed with 1013 or the like while the worker of this client was restarted.
            return false;
        }

        if ((await SendAsync(secrets, "U_1", text)).Status != HttpStatusCode.OK)
        {
            return false;
        }

        // Another gateway's client may have got an earlier one; here each is waited for.
        return await client.ReceiveAsync() is { } received && received.Contains(text, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(Secrets secrets, string to, string text)
    {
        using var request = HttpCaller.Post("api/v1/messages", [("uid", "V_2"), ("to", to), ("content", text)]);
        request.Headers.Add("X-Api-Key", secrets.ApiKey);
        return await _caller.SendAsync(request);
    }

    private async Task RestartAllAsync(Secrets[] secrets, Func<Task> check)
    {
        await WriteAsync(secrets);
        foreach (var role in _roles.Keys.ToList())
        {
            await RestartAsync(role);
            await check();
        }
    }

    private async Task WriteAsync(params Secrets[] all)
    {
        await File.WriteAllLinesAsync(_folder.File("secret-keys"), all.Select(one => one.SecretKey));
        await File.WriteAllLinesAsync(_folder.File("token-secrets"), all.Select(one => one.TokenSecret));
        await File.WriteAllLinesAsync(_folder.File("api-keys"), all.Select(one => one.ApiKey));
        await File.WriteAllLinesAsync(_folder.File("code-keys"), all.Select(one => one.CodeKey));
    }

    private Task RestartAsync(string role) => role switch
    {
        "register" => StartAsync(role, "Portico.Register", $"--Register:Listen=127.0.0.1:{_register}"),
        "web-api" => StartAsync(
            role, "Portico.WebApi", $"--WebApi:Listen=http://127.0.0.1:{_http}", $"--WebApi:InnerListen=127.0.0.1:{_log}", $"--WebApi:RegisterAddress:0=127.0.0.1:{_register}",
            $"--WebApi:ApiKeysFile={_folder.File("api-keys")}", $"--TokenSecretFile={_folder.File("token-secrets")}", $"--CodeKeysFile={_folder.File("code-keys")}",
            "--WebApi:Limits:PushMilliseconds=60000", "--WebApi:Limits:PresenceMilliseconds=60000"),
        "worker 1" or "worker 2" => StartWorkerAsync(role, $"--TokenSecretFile={_folder.File("token-secrets")}", $"--CodeKeysFile={_folder.File("code-keys")}"),
        _ => StartAsync(
            role, "Portico.Gateway", $"--Gateway:Listen:0=websocket://127.0.0.1:{_gateways[role].Clients}", $"--Gateway:LanPort={_gateways[role].Inner}",
            $"--Gateway:RegisterAddress:0=127.0.0.1:{_register}", "--Gateway:Limits:ParkedSeconds=60"),
    };

    private Task StartWorkerAsync(string role, params string[] more) =>
        StartAsync(role, "Portico.BusinessWorker", [$"--BusinessWorker:RegisterAddress:0=127.0.0.1:{_register}", $"--BusinessWorker:MessageLog=127.0.0.1:{_log}", .. more]);

    private async Task StartAsync(string role, string program, params string[] args)
    {
        if (_roles.TryGetValue(role, out var before))
        {
            Assert.Equal(0, await before.StopAsync());
            await before.DisposeAsync();
        }

        _roles[role] = await RoleProcess.StartAsync(program, "Portico ", _folder.Path, [.. args, $"--SecretKeyFile={_folder.File("secret-keys")}", $"--DataFolder={_folder.Path}"]);
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private sealed record Secrets(string SecretKey, string TokenSecret, string ApiKey, string CodeKey);
}
