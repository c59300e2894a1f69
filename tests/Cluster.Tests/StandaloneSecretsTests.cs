using System.Buffers;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Client;
using Portico.Cluster.Tests.Support;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Protos.Messages;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>A standalone without any configuration: what another account of the machine can do (nothing), and what the owner of its data folder can.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StandaloneSecretsTests : IDisposable
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task InnerPorts_OfACallerWithoutTheKey_RefuseEverything()
    {
        await using var portico = await RunningStandalone.StartAsync(_folder);

        foreach (var key in (string[])["", "guess"])
        {
            using var register = Channel(portico.Register, key);
            using var gateway = Channel(portico.Inner, key);
            using var log = Channel(portico.MessageLog, key);
            await RefusedAsync(async () => await register.ServerStreamingAsync<WatchRequest, WatchReply>("/portico.register.v1.Register/Watch", new WatchRequest()).FirstAsync());
            await RefusedAsync(() => DuplexAsync<AnnounceRequest, AnnounceReply>(register, "/portico.register.v1.Register/Announce", new AnnounceRequest { Address = "10.9.9.9:2900" }));
            await RefusedAsync(() => DuplexAsync<WorkerMessage, GatewayMessage>(gateway, "/portico.gateway.v1.WorkerLink/Attach", new WorkerMessage()));
            await RefusedAsync(() => DuplexAsync<ExecuteRequest, ExecuteReply>(gateway, "/portico.gateway.v1.Commands/Execute", new ExecuteRequest()));
            await RefusedAsync(async () => await gateway.ServerStreamingAsync<DrainRequest, DrainReply>("/portico.gateway.v1.Administration/Drain", new DrainRequest()).FirstAsync());
            await RefusedAsync(() => log.UnaryAsync<ConversationsRequest, ConversationsReply>("/portico.messages.v1.MessageLog/Conversations", new ConversationsRequest { Uid = "U_666" }));
            await RefusedAsync(() => log.UnaryAsync<SendRequest, SendReply>(
                "/portico.messages.v1.MessageLog/Send", new SendRequest { Application = "shop", Sender = "U_666", Recipient = "V_1", Type = 1, Content = "forged" }));

            var shown = key.Length == 0 ? "" : $",\"secret_key\":\"{key}\"";
            Assert.Empty(await LineAsync(portico.Register, $"{{\"event\":\"worker_connect\"{shown}}}\n"));
            Assert.Empty(await LineAsync(portico.Register, $"{{\"event\":\"gateway_connect\",\"address\":\"10.9.9.9:2900\"{shown}}}\n"));
            Assert.Empty(await PacketAsync(portico.Inner, PacketCommand.ClientConnect, InnerCredentials.Client(key)));
            Assert.Empty(await PacketAsync(portico.Inner, PacketCommand.WorkerConnect, InnerCredentials.Worker("w:1", key)));
        }

        Assert.Empty(await PacketAsync(portico.Inner, PacketCommand.GetAllClientSessions, []));
        Assert.Equal(["127.0.0.1:" + portico.Inner], await GatewaysAsync(portico, await ReadKeyAsync()));
    }

    [Fact]
    public async Task InnerPorts_OfManyCallersWithAWrongKey_SayItOnceAndWhatHelps()
    {
        await using var portico = await RunningStandalone.StartAsync(_folder);
        var before = portico.Process.Log.Length;
        using var log = Channel(portico.MessageLog, "guess");
        using var register = Channel(portico.Register, "guess");
        for (var i = 0; i < 300; i++)
        {
            Assert.Empty(await LineAsync(portico.Register, "{\"event\":\"worker_connect\",\"secret_key\":\"guess\"}\n"));
            Assert.Empty(await PacketAsync(portico.Inner, PacketCommand.WorkerConnect, InnerCredentials.Worker("w:1", "guess")));
            await RefusedAsync(() => log.UnaryAsync<ConversationsRequest, ConversationsReply>("/portico.messages.v1.MessageLog/Conversations", new ConversationsRequest { Uid = "U_666" }));
            await RefusedAsync(async () => await register.ServerStreamingAsync<WatchRequest, WatchReply>("/portico.register.v1.Register/Watch", new WatchRequest()).FirstAsync());
        }

        // A line for each way in, and another each ten seconds; 1,200 refusals in about three.
        var said = portico.Process.Log[before..].Split('\n').Count(line => line.Contains("SecretKey", StringComparison.Ordinal));
        Assert.InRange(said, 4, 24);
        Assert.Equal(4, portico.Process.Log[before..].Split('\n').Count(line => line.Contains("SecretKey", StringComparison.Ordinal) && !line.Contains("more times", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task InnerPorts_OfTheOwnerOfTheDataFolder_AnswerToTheKeyThatStandsThere()
    {
        await using var portico = await RunningStandalone.StartAsync(_folder);
        var key = await ReadKeyAsync();

        await portico.Process.SeenAsync(_folder.File("data/secret-key"));
        Assert.Equal(["127.0.0.1:" + portico.Inner], await GatewaysAsync(portico, key));
        using var log = Channel(portico.MessageLog, key);
        Assert.NotNull(await log.UnaryAsync<ConversationsRequest, ConversationsReply>("/portico.messages.v1.MessageLog/Conversations", new ConversationsRequest { Uid = "U_666" }).Guarded());

        using var php = await RawClient.ConnectAsync(portico.Register);
        await php.SendAsync([.. "{\"event\":\"worker_connect\",\"secret_key\":\""u8, .. System.Text.Encoding.ASCII.GetBytes(key), .. "\"}\n"u8]);
        var list = $"{{\"event\":\"broadcast_addresses\",\"addresses\":[\"127.0.0.1:{portico.Inner}\"]}}\n";
        Assert.Equal(list, System.Text.Encoding.ASCII.GetString(await php.ReceiveAsync(list.Length)));
    }

    [Fact]
    public async Task Start_OfAConfiguredKey_UsesItAndMakesNone()
    {
        await using var portico = await RunningStandalone.StartAsync(_folder, "--SecretKey=configured-key-of-16");

        Assert.Equal(["127.0.0.1:" + portico.Inner], await GatewaysAsync(portico, "configured-key-of-16"));
        Assert.False(File.Exists(_folder.File("data/secret-key")));
    }

    [Fact]
    public async Task Restart_TheSameFolder_KeepsTheKey()
    {
        await using (var first = await RunningStandalone.StartAsync(_folder))
        {
            await first.Process.StopAsync();
        }

        var key = await ReadKeyAsync();
        await using var second = await RunningStandalone.StartAsync(_folder);

        Assert.Equal(key, await ReadKeyAsync());
        Assert.Equal(["127.0.0.1:" + second.Inner], await GatewaysAsync(second, key));
    }

    [Fact]
    public async Task Files_OfAFreshStandaloneWithAPicture_AreTheOwnersAlone()
    {
        await using var portico = await RunningStandalone.StartAsync(_folder);
        await UploadAsync(portico);

        AssertPrivate("portico.db", "portico.db-wal", "portico.db-shm", "api-key", "token-secret", "code-key", "secret-key");
    }

    [Fact]
    public async Task Files_OfAnOlderVersionThatOthersCouldRead_AreClosedAtTheStart()
    {
        await using (var before = await RunningStandalone.StartAsync(_folder))
        {
            await UploadAsync(before);
            await before.Process.KillAsync();
        }

        foreach (var path in Below(_folder.File("data")))
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.GroupRead | UnixFileMode.OtherRead | (Directory.Exists(path) ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : 0));
        }

        await using var portico = await RunningStandalone.StartAsync(_folder);

        AssertPrivate("portico.db", "portico.db-wal", "portico.db-shm", "api-key", "token-secret", "code-key", "secret-key");
        Assert.DoesNotContain("cannot be closed", portico.Process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_OfAWebApiWithPlacesOfItsOwn_AreTheOwnersAlone()
    {
        Directory.CreateDirectory(_folder.File("pictures/chat/2020"));
        await File.WriteAllTextAsync(_folder.File("pictures/chat/2020/old.png"), "x");
        await File.WriteAllBytesAsync(_folder.File("old.db"), []);
        await using var role = await RoleProcess.StartAsync(
            "Portico.WebApi", "web-api", _folder.Path, $"--WebApi:Listen=http://127.0.0.1:{FreePort.Take()}", $"--WebApi:InnerListen=127.0.0.1:{FreePort.Take()}",
            "--WebApi:Store=sqlite:old.db", "--WebApi:UploadFolder=pictures", $"--WebApi:RegisterAddress:0=127.0.0.1:{FreePort.Take()}");

        Assert.All([.. Below(_folder.File("pictures")), .. Below(_folder.File("data")), _folder.File("old.db"), _folder.File("old.db-wal"), _folder.File("old.db-shm")], IsPrivate);
    }

    [Fact]
    public async Task Start_OfAnEmptyKeyFile_NamesIt()
    {
        Directory.CreateDirectory(_folder.File("data"));
        await File.WriteAllTextAsync(_folder.File("data/secret-key"), "\n");
        await using var role = RoleProcess.Launch("Portico.Standalone", "never", _folder.Path);

        Assert.Equal(1, await role.ExitAsync());
        await role.SeenAsync($"{_folder.File("data/secret-key")} is empty");
    }

    private static RpcChannel Channel(int port, string key) => new(new Uri($"http://127.0.0.1:{port}"), new RpcChannelOptions { SecretKey = key });

    private static async Task<TReply> DuplexAsync<TRequest, TReply>(RpcChannel channel, string path, TRequest first)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>
        where TReply : class, Google.Protobuf.IMessage<TReply>, new()
    {
        using var call = await channel.DuplexAsync(path).Guarded();
        await call.WriteAsync(first);
        return await call.ReadAsync<TReply>().AsTask().Guarded() ?? throw new RpcException(RpcStatusCode.OK, "ended");
    }

    private static async Task RefusedAsync(Func<Task> call) =>
        Assert.Equal(RpcStatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => call().Guarded())).Code);

    private static async Task<byte[]> LineAsync(int port, string line)
    {
        using var peer = await RawClient.ConnectAsync(port);
        await peer.SendAsync(System.Text.Encoding.ASCII.GetBytes(line));
        return await peer.ReceiveToEndAsync();
    }

    private static async Task<byte[]> PacketAsync(int port, PacketCommand command, byte[] body)
    {
        var packet = new ArrayBufferWriter<byte>();
        PacketCodec.Write(packet, new PacketHeader { Command = command, Flags = PacketFlags.Scalar }, default, body);
        using var peer = await RawClient.ConnectAsync(port);
        await peer.SendAsync(packet.WrittenSpan.ToArray());
        return await peer.ReceiveToEndAsync();
    }

    private static async Task<List<string>> GatewaysAsync(RunningStandalone portico, string key)
    {
        using var ending = new CancellationTokenSource();
        var watcher = new RegisterWatcher(new RegisterWatcherOptions { Registers = [$"127.0.0.1:{portico.Register}"], SecretKey = key }, NullLogger<RegisterWatcher>.Instance);
        var watching = watcher.RunAsync(ending.Token);
        await Guard.UntilAsync(() => watcher.Current.Addresses.Count > 0, "the register lists a gateway");
        await ending.CancelAsync();
        await watching.Guarded();
        return [.. watcher.Current.Addresses.Select(address => address.ToString())];
    }

    private static IEnumerable<string> Below(string folder) => Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Prepend(folder);

    private static void IsPrivate(string path) => Assert.True((File.GetUnixFileMode(path) & Others) == 0, $"{path} has mode {File.GetUnixFileMode(path)}");

    private async Task<string> ReadKeyAsync() => (await File.ReadAllTextAsync(_folder.File("data/secret-key"))).Trim();

    private async Task UploadAsync(RunningStandalone portico)
    {
        using var http = new HttpClient { BaseAddress = portico.Http };
        http.DefaultRequestHeaders.Add("X-Api-Key", (await File.ReadAllTextAsync(_folder.File("data/api-key"))).Trim());
        var picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        using var form = new MultipartFormDataContent { { new ByteArrayContent(picture), "file", "p.png" }, { new StringContent("U_1"), "uid" } };
        using var answer = await http.PostAsync("api/v1/uploads", form).Guarded();
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.NotEmpty(Directory.EnumerateFiles(_folder.File("data/upload"), "*.png", SearchOption.AllDirectories));
    }

    private void AssertPrivate(params string[] names)
    {
        Assert.All(names, name => Assert.True(File.Exists(_folder.File("data/" + name)), $"data/{name} is there"));
        Assert.All(Below(_folder.File("data")), IsPrivate);
    }
}
