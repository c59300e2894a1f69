using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>What an administrator does from a shell, as a program of its own.</summary>
public sealed class CliTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Status_OfARunningCluster_ListsWhatEachGatewayHolds()
    {
        var (register, clients, inner) = (FreePort.Take(), FreePort.Take(), FreePort.Take());
        await using var registering = await RoleProcess.StartAsync("Portico.Register", "ready", _folder.Path, $"--Register:Listen=127.0.0.1:{register}", "--SecretKey=s3cret");
        await using var gateway = await RoleProcess.StartAsync(
            "Portico.Gateway", "ready", _folder.Path, $"--Gateway:Listen:0=text://127.0.0.1:{clients}", $"--Gateway:LanPort={inner}", $"--Gateway:RegisterAddress:0=127.0.0.1:{register}", "--SecretKey=s3cret");
        using var first = await LineClient.ConnectAsync(clients);
        using var second = await LineClient.ConnectAsync(clients);

        var log = "";
        await Guard.UntilAsync(
            async () =>
            {
                var (code, printed) = await RunAsync("status", "--register", $"127.0.0.1:{register}", "--secret-key", "s3cret", "--timeout", "60");
                log = printed;
                return code == 0 && printed.Contains($"127.0.0.1:{inner}        2     0       0", StringComparison.Ordinal);
            },
            $"both clients are counted; printed: {log}");

        Assert.Contains($"127.0.0.1:{register}         1", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WrongKeyOrNobodyThere_SaysWhyAndFails()
    {
        var register = FreePort.Take();
        await using var registering = await RoleProcess.StartAsync("Portico.Register", "ready", _folder.Path, $"--Register:Listen=127.0.0.1:{register}", "--SecretKey=s3cret");

        var wrong = await RunAsync("status", "--register", $"127.0.0.1:{register}", "--secret-key", "guess", "--timeout", "60");
        var nobody = await RunAsync("status", "--register", $"127.0.0.1:{FreePort.Take()}", "--timeout", "60");
        var senseless = await RunAsync("status", "--timeout", "0");

        Assert.Equal((1, 1, 1), (wrong.Code, nobody.Code, senseless.Code));
        Assert.Contains("Unauthenticated", wrong.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("guess", wrong.Printed, StringComparison.Ordinal);
        Assert.Contains("Connection refused", nobody.Printed, StringComparison.Ordinal);
        Assert.Contains("from 1 to 600 seconds", senseless.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_NothingToImportOrNotAllowed_IsSaid()
    {
        var (http, log) = (FreePort.Take(), FreePort.Take());
        using var register = new TextRegister();
        await using var webApi = await RoleProcess.StartAsync(
            "Portico.WebApi", "ready", _folder.Path, $"--WebApi:Listen=http://127.0.0.1:{http}", $"--WebApi:InnerListen=127.0.0.1:{log}", "--WebApi:ApiKeys:0=a-key-of-this-test", $"--WebApi:RegisterAddress:0={register.Address}");

        var done = await RunAsync("import", "--web-api", $"http://127.0.0.1:{http}", "--api-key", "a-key-of-this-test");
        var refused = await RunAsync("import", "--web-api", $"http://127.0.0.1:{http}", "--api-key", "another-key-of-nobody");
        var keyless = await RunAsync("import", "--web-api", $"http://127.0.0.1:{http}");
        var nobody = await RunAsync("import", "--web-api", $"http://127.0.0.1:{FreePort.Take()}", "--api-key", "a-key-of-this-test");

        var senseless = await RunAsync("import", "--web-api", "8080", "--api-key", "a-key-of-this-test");

        Assert.Equal((0, 1, 2, 1, 1), (done.Code, refused.Code, keyless.Code, nobody.Code, senseless.Code));
        Assert.Contains("no table hp_chat_log or chat", done.Printed, StringComparison.Ordinal);
        Assert.Contains("answered 401", refused.Printed, StringComparison.Ordinal);
        Assert.Contains("needs --api-key-file", keyless.Printed, StringComparison.Ordinal);
        Assert.Contains("cannot be asked", nobody.Printed, StringComparison.Ordinal);
        Assert.Contains("not '8080'", senseless.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_OfAGateway_LetsItsClientsGoAndWaitsForItsEnd()
    {
        var (clients, inner) = (FreePort.Take(), FreePort.Take());
        await using var gateway = await RoleProcess.StartAsync(
            "Portico.Gateway", "ready", _folder.Path, $"--Gateway:Listen:0=text://127.0.0.1:{clients}", $"--Gateway:LanPort={inner}", $"--Gateway:RegisterAddress:0=127.0.0.1:{FreePort.Take()}", "--SecretKey=s3cret");
        using var client = await LineClient.ConnectAsync(clients);

        var refused = await RunAsync("drain", $"127.0.0.1:{inner}", "--secret-key", "guess", "--timeout", "60");
        var drained = await RunAsync("drain", $"127.0.0.1:{inner}", "--secret-key", "s3cret", "--seconds", "1", "--timeout", "60");

        Assert.Equal((1, 0, 0), (refused.Code, drained.Code, await gateway.ExitAsync()));
        Assert.Contains("Unauthenticated", refused.Printed, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{inner} has ended", drained.Printed, StringComparison.Ordinal);
        Assert.Null(await client.ReceiveAsync());
        Assert.Contains("Gateway is draining", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_NobodyThereOrSenseless_SaysSo()
    {
        var nobody = await RunAsync("drain", $"127.0.0.1:{FreePort.Take()}", "--timeout", "60");
        var senseless = await RunAsync("drain", "2900");
        var patient = await RunAsync("drain", "127.0.0.1:2900", "--seconds", "3601");

        Assert.Equal((1, 2, 1), (nobody.Code, senseless.Code, patient.Code));
        Assert.Contains("Connection refused", nobody.Printed, StringComparison.Ordinal);
        Assert.Contains("gateway '2900' must be an address and a port", senseless.Printed, StringComparison.Ordinal);
        Assert.Contains("from 0 to 3600 seconds", patient.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_EveryWayWorks_FindsNothing()
    {
        var (register, clients, http) = (FreePort.Take(), FreePort.Take(), FreePort.Take());
        await using var role = await RoleProcess.StartAsync(
            "Portico.Standalone", "Portico is ready", _folder.Path, $"--Register:Listen=127.0.0.1:{register}", $"--Gateway:Listen:0=websocket://127.0.0.1:{clients}",
            $"--Gateway:LanPort={FreePort.Take()}", $"--WebApi:Listen=http://127.0.0.1:{http}", $"--WebApi:InnerListen=127.0.0.1:{FreePort.Take()}", "--WebApi:ApiKeys:0=a-key-of-this-test");

        // What has just been started takes a moment to find each other.
        string[] well = ["knows 1 gateways", "holds ", "sees the same gateways", "the database answers", "a worker answers, through gateway", "looks tokens up"];
        var found = (Code: -1, Printed: "");
        await Guard.UntilAsync(
            async () =>
            {
                found = await RunAsync(
                    "doctor", "--register", $"127.0.0.1:{register}", "--web-api", $"http://127.0.0.1:{http}", "--api-key", "a-key-of-this-test", "--client", $"ws://127.0.0.1:{clients}/", "--service", $"ws://127.0.0.1:{clients}/service", "--secret-key-file", "data/secret-key", "--timeout", "20");
                return found.Code == 0;
            },
            $"the doctor is content; printed: {found.Printed}");

        Assert.All(well, said => Assert.Contains(said, found.Printed, StringComparison.Ordinal));
        Assert.DoesNotContain("BAD", found.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_NoWorkerAndAWrongKey_SaysWhichWayIsBroken()
    {
        var (register, clients, inner, http) = (FreePort.Take(), FreePort.Take(), FreePort.Take(), FreePort.Take());
        await using var registering = await RoleProcess.StartAsync("Portico.Register", "ready", _folder.Path, $"--Register:Listen=127.0.0.1:{register}");
        await using var gateway = await RoleProcess.StartAsync(
            "Portico.Gateway", "ready", _folder.Path, $"--Gateway:Listen:0=websocket://127.0.0.1:{clients}", $"--Gateway:LanPort={inner}", $"--Gateway:RegisterAddress:0=127.0.0.1:{register}");
        await using var webApi = await RoleProcess.StartAsync(
            "Portico.WebApi", "ready", _folder.Path, $"--WebApi:Listen=http://127.0.0.1:{http}", $"--WebApi:InnerListen=127.0.0.1:{FreePort.Take()}", "--WebApi:ApiKeys:0=a-key-of-this-test", $"--WebApi:RegisterAddress:0=127.0.0.1:{register}");

        var (code, printed) = await RunAsync(
            "doctor", "--register", $"127.0.0.1:{register}", "--web-api", $"http://127.0.0.1:{http}", "--api-key", "another-key-of-nobody", "--client", $"ws://127.0.0.1:{clients}/", "--timeout", "5");

        Assert.Equal(1, code);
        Assert.Contains("does not know this API key", printed, StringComparison.Ordinal);
        Assert.Contains("within 5 s", printed, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Printed)> RunAsync(params string[] args)
    {
        await using var cli = RoleProcess.Launch("portico", "never", _folder.Path, args);
        return (await cli.ExitAsync(), cli.Log);
    }
}
