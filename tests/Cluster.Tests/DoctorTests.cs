using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>What is set wrong in one role is found by <c>portico doctor</c>, with a name and an exit code of 1, although each role runs.</summary>
public sealed class DoctorTests : IAsyncDisposable
{
    private const string ApiKey = "a-key-of-this-test";
    private static readonly string TokenSecret = new('t', 40);
    private readonly TemporaryFolder _folder = new();
    private readonly List<RoleProcess> _roles = [];
    private readonly int _register = FreePort.Take();
    private readonly int _clients = FreePort.Take();
    private readonly int _http = FreePort.Take();
    private readonly int _log = FreePort.Take();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var role in _roles)
        {
            await role.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task EverythingFits_IsFoundWell()
    {
        await StartClusterAsync();
        await StartWorkerAsync($"--BusinessWorker:MessageLog=127.0.0.1:{_log}");

        await FindsAsync(0, "serves shop=/", "is ready");
    }

    [Fact]
    public async Task WorkersMessageLogIsNowhere_NamesTheWorkerAndTheSetting()
    {
        await StartClusterAsync();
        var nowhere = FreePort.Take();
        var worker = await StartWorkerAsync($"--BusinessWorker:MessageLog=127.0.0.1:{nowhere}");

        await worker.SeenAsync($"No message can be stored: the message log at 127.0.0.1:{nowhere} (BusinessWorker:MessageLog)");
        await FindsAsync(1, $"BAD   businessworker BusinessWorker", $"the message log at 127.0.0.1:{nowhere} (BusinessWorker:MessageLog) says:");
    }

    [Theory]
    [InlineData("", "TokenSecret")]
    [InlineData("another-secret-of-32-characters-or-more", "TokenSecret")]
    public async Task WorkersTokenSecretIsMissingOrAnother_NamesBoth(string secret, string setting)
    {
        await StartClusterAsync();
        await StartWorkerAsync($"--BusinessWorker:MessageLog=127.0.0.1:{_log}", $"--TokenSecret={secret}");

        await FindsAsync(1, $"BAD   {setting}", secret.Length == 0 ? "is not set at businessworker" : "is another one at businessworker");
    }

    [Fact]
    public async Task TwoWorkersServeOnePlaceDifferently_NamesBothModules()
    {
        await StartClusterAsync();
        await StartWorkerAsync($"--BusinessWorker:MessageLog=127.0.0.1:{_log}");
        await StartWorkerAsync("--BusinessWorker:Events:0=playground=/");

        await FindsAsync(1, "BAD   modules", "/ is served by different modules");
    }

    [Fact]
    public async Task NoWorker_IsSaid()
    {
        await StartClusterAsync();

        await FindsAsync(1, "BAD   workers", "none reports to these registers");
    }

    [Fact]
    public async Task GatewayAnnouncesAnAddressWhereNobodyListens_EverybodyWhoCannotReachItIsNamed()
    {
        await StartClusterAsync("--Gateway:LanIp=127.0.0.9", "--Gateway:InnerListen=127.0.0.1");
        await StartWorkerAsync($"--BusinessWorker:MessageLog=127.0.0.1:{_log}");

        await FindsAsync(1, "BAD   gateway 127.0.0.9:", "does not reach 127.0.0.9:", "has no link to gateway 127.0.0.9:");
    }

    [Fact]
    public async Task WebApiHasAnotherKey_ItsReadinessIsNamed()
    {
        await StartAsync("Portico.Register", $"--Register:Listen=127.0.0.1:{_register}", "--SecretKey=the-key-of-the-cluster");
        _roles.Add(RoleProcess.Launch("Portico.WebApi", "never", _folder.Path, [.. WebApi, "--SecretKey=another-key-of-nobody"]));
        await _roles[^1].SeenAsync("and waits: no register has answered yet");

        await FindsAsync(1, "is not ready: no register has answered yet");
    }

    private string[] WebApi => [
        $"--WebApi:Listen=http://127.0.0.1:{_http}", $"--WebApi:InnerListen=127.0.0.1:{_log}", $"--WebApi:ApiKeys:0={ApiKey}", $"--TokenSecret={TokenSecret}",
        $"--WebApi:RegisterAddress:0=127.0.0.1:{_register}", $"--DataFolder={_folder.Path}"];

    private async Task StartClusterAsync(params string[] gateway)
    {
        await StartAsync("Portico.Register", $"--Register:Listen=127.0.0.1:{_register}");
        await StartAsync(
            "Portico.Gateway",
            [$"--Gateway:Listen:0=websocket://127.0.0.1:{_clients}", $"--Gateway:LanPort={FreePort.Take()}", $"--Gateway:RegisterAddress:0=127.0.0.1:{_register}", .. gateway]);
        await StartAsync("Portico.WebApi", WebApi);
    }

    private Task<RoleProcess> StartWorkerAsync(params string[] args) => StartAsync(
        "Portico.BusinessWorker", [$"--BusinessWorker:RegisterAddress:0=127.0.0.1:{_register}", $"--TokenSecret={TokenSecret}", .. args]);

    private async Task<RoleProcess> StartAsync(string program, params string[] args)
    {
        var role = await RoleProcess.StartAsync(program, "is ready", _folder.Path, args);
        _roles.Add(role);
        return role;
    }

    // What has just been started takes some seconds to find each other, or that it does not.
    private async Task FindsAsync(int code, params string[] texts)
    {
        var printed = "";
        await Guard.UntilAsync(
            async () =>
            {
                await using var cli = RoleProcess.Launch(
                    "portico", "never", _folder.Path, "doctor", "--register", $"127.0.0.1:{_register}", "--web-api", $"http://127.0.0.1:{_http}", "--api-key", ApiKey,
                    "--client", $"ws://127.0.0.1:{_clients}/", "--timeout", "5");
                var ended = await cli.ExitAsync();
                printed = cli.Log;
                return ended == code && Array.TrueForAll(texts, text => printed.Contains(text, StringComparison.Ordinal));
            },
            $"exit code {code} with '{string.Join("', '", texts)}'");
        Assert.NotEmpty(printed);
    }
}
