using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Client;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Cluster.Tests.GatewayWorker;

/// <summary>
/// The .NET GatewayClient over GatewayWorker's own register lines and packets. Against ours; with PORTICO_PHP_REGISTER and
/// PORTICO_PHP_TEXT (address and two ports of text gateways) against any other.
/// </summary>
public sealed class PacketClientTests
{
    private const string Key = "k1";

    [Fact]
    public async Task EveryMethod_OverPackets_DoesWhatItDoesOverGrpc()
    {
        await using var cluster = Environment.GetEnvironmentVariable("PORTICO_PHP_REGISTER") is null ? await PhpCluster.StartAsync(Key) : null;
        var register = cluster?.Register ?? Environment.GetEnvironmentVariable("PORTICO_PHP_REGISTER")!;
        int[] ports = cluster is null ? [.. Environment.GetEnvironmentVariable("PORTICO_PHP_TEXT")!.Split(',').Select(int.Parse)] : [.. cluster.Text];
        using var ending = new CancellationTokenSource();
        var watcher = new RegisterWatcher(
            new RegisterWatcherOptions { Registers = [RegisterWatcherOptions.GatewayWorkerScheme + register], SecretKey = Key }, NullLogger<RegisterWatcher>.Instance);
        var watching = watcher.RunAsync(ending.Token);
        await Guard.UntilAsync(() => watcher.Current.Addresses.Count >= 2, "two gateways");
        Assert.All(watcher.Current.Addresses, address => Assert.True(watcher.Current.IsGatewayWorker(address)));
        using var directory = new GatewayDirectory(watcher, new GatewayDirectoryOptions { Channel = new RpcChannelOptions { SecretKey = Key } });
        var client = new GatewayClient(directory, Guard.Limit);

        // Clients without a worker are closed after a while.
        using var idle = new DisposableList([.. await Task.WhenAll(watcher.Current.Addresses.Select(WorkAsync))]);

        using var a = await ConnectAsync(ports[0]);
        await CountAsync(client, 1);
        var idA = (await client.GetClientIdsAsync()).Value.Single();
        using var b = await ConnectAsync(ports[1]);
        await CountAsync(client, 2);
        var idB = (await client.GetClientIdsAsync()).Value.Single(id => id != idA);
        await SendAsync(client, idA, idB, a, b);
        await NameAsync(client, idA, idB, a, b);
        await KeepAsync(client, idA);
        await EndAsync(client, idA, idB, a, b);

        await ending.CancelAsync();
        await watching.Guarded();
    }

    private static async Task SendAsync(GatewayClient client, ClientId idA, ClientId idB, StreamReader a, StreamReader b)
    {
        Assert.Equal(1, Assert.Single((await client.SendToClientAsync(idA, "one"u8.ToArray())).Gateways).Delivered);
        Assert.Equal("one", await a.ReadLineAsync().Guarded());
        var unknown = await client.SendToClientAsync(new ClientId(idA.Gateway, 0xFFFFFFF0), "x"u8.ToArray());
        Assert.Equal(CommandStatus.NoSuchClient, Assert.Single(unknown.Gateways).Status);
        var nowhere = await client.SendToClientAsync(new ClientId(new GatewayAddress(0x7F000001, 1), 1), "x"u8.ToArray());
        Assert.Equal(CommandStatus.GatewayGone, Assert.Single(nowhere.Gateways).Status);
        Assert.Equal(2, (await client.SendToAllAsync("all"u8.ToArray())).Gateways.Sum(gateway => gateway.Delivered));
        Assert.Equal("all", await a.ReadLineAsync().Guarded());
        Assert.Equal("all", await b.ReadLineAsync().Guarded());
        _ = await client.SendToAllAsync("others"u8.ToArray(), new SendOptions { Exclude = [idA] });
        Assert.Equal("others", await b.ReadLineAsync().Guarded());
        _ = await client.SendToClientsAsync([idA, idB], "listed"u8.ToArray());
        Assert.Equal("listed", await a.ReadLineAsync().Guarded());
        Assert.Equal("listed", await b.ReadLineAsync().Guarded());
        Assert.True((await client.IsOnlineAsync(idA)).Value);
        Assert.False((await client.IsOnlineAsync(new ClientId(idA.Gateway, 0xFFFFFFF0))).Value);
    }

    private static async Task NameAsync(GatewayClient client, ClientId idA, ClientId idB, StreamReader a, StreamReader b)
    {
        _ = await client.BindUidAsync(idA, "bob");
        _ = await client.BindUidAsync(idB, "7");
        Assert.Equal(CommandStatus.Refused, Assert.Single((await client.BindUidAsync(idB, "eve", onlyIfUnbound: true)).Gateways).Status);
        Assert.Equal("bob", (await client.GetUidAsync(idA)).Value);
        Assert.Equal(2, (await client.CountUidsAsync()).Value);
        Assert.Equal(["7", "bob"], (await client.GetUidsAsync()).Value.Order(StringComparer.Ordinal));
        var online = (await client.AreUidsOnlineAsync(["bob", "7", "nope"])).Value;
        Assert.True(online["bob"] && online["7"] && !online["nope"]);
        Assert.Equal(idB, Assert.Single((await client.GetClientIdsByUidsAsync(["7"])).Value["7"]));
        Assert.Equal(2, (await client.SendToUidsAsync(["bob", "7"], "uids"u8.ToArray())).Gateways.Sum(gateway => gateway.Delivered));
        Assert.Equal("uids", await a.ReadLineAsync().Guarded());
        Assert.Equal("uids", await b.ReadLineAsync().Guarded());
        _ = await client.UnbindUidAsync(idA, "other");
        Assert.Equal("bob", (await client.GetUidAsync(idA)).Value);
        _ = await client.UnbindUidAsync(idA, "bob");
        Assert.Null((await client.GetUidAsync(idA)).Value);

        _ = await client.JoinGroupAsync(idA, "room");
        _ = await client.JoinGroupAsync(idB, "room");
        _ = await client.JoinGroupAsync(idB, "9");
        var groups = (await client.GetGroupsAsync()).Value;
        Assert.Equal((2, 1), (groups["room"], groups["9"]));
        Assert.Equal(2, (await client.CountClientsByGroupsAsync(["room"])).Value["room"]);
        Assert.Equal(2, (await client.GetClientIdsByGroupsAsync(["room"])).Value.Count);
        Assert.Equal("7", Assert.Single((await client.GetGroupUidsAsync()).Value["9"]));
        Assert.Equal(2, (await client.GetGroupClientIdsAsync()).Value["room"].Count);
        Assert.Equal("7", Assert.Single((await client.GetUidsByGroupsAsync(["room"])).Value));
        _ = await client.SendToGroupsAsync(["room"], "group"u8.ToArray(), new SendOptions { Exclude = [idA] });
        Assert.Equal("group", await b.ReadLineAsync().Guarded());
        _ = await client.LeaveGroupAsync(idB, "room");
        _ = await client.UngroupAsync("9");
        Assert.Equal("room", Assert.Single((await client.GetGroupsAsync()).Value).Key);
    }

    private static async Task KeepAsync(GatewayClient client, ClientId idA)
    {
        _ = await client.SetSessionAsync(idA, new SessionData { ["name"] = "A" }.ToBytes());
        _ = await client.UpdateSessionAsync(idA, new SessionData { ["count"] = 2 }.ToBytes());
        var session = new SessionData((await client.GetSessionAsync(idA)).Value!.Value);
        Assert.Equal(("A", 2), (session.GetString("name"), session.GetInt64("count")));
        Assert.Equal(2, (await client.GetSessionsAsync()).Value.Count);
        Assert.Single((await client.GetSessionsAsync("room")).Value);
        Assert.Null((await client.GetSessionAsync(new ClientId(idA.Gateway, 0xFFFFFFF0))).Value);
    }

    private static async Task EndAsync(GatewayClient client, ClientId idA, ClientId idB, StreamReader a, StreamReader b)
    {
        _ = await client.CloseClientAsync(idA, "bye"u8.ToArray());
        Assert.Equal("bye", await a.ReadLineAsync().Guarded());
        Assert.Null(await a.ReadLineAsync().Guarded());
        _ = await client.CloseUidAsync("7", "out"u8.ToArray());
        Assert.Equal("out", await b.ReadLineAsync().Guarded());
        await CountAsync(client, 0);
        Assert.False((await client.IsOnlineAsync(idB)).Value);
    }

    private static Task CountAsync(GatewayClient client, int count) =>
        Guard.UntilAsync(async () => (await client.CountClientsAsync()).Value == count, $"{count} clients");

    private static async Task<IDisposable> WorkAsync(GatewayAddress gateway)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(gateway.ToEndPoint());
        var hello = new ArrayBufferWriter<byte>();
        PacketCodec.Write(
            hello, new PacketHeader { Command = PacketCommand.WorkerConnect, Flags = PacketFlags.Scalar }, default, InnerCredentials.Worker("idle:0", Key));
        await socket.GetStream().WriteAsync(hello.WrittenMemory);
        return socket;
    }

    private static async Task<StreamReader> ConnectAsync(int port)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port);
        return new StreamReader(socket.GetStream(), Encoding.UTF8);
    }

    private sealed class DisposableList(IDisposable[] items) : IDisposable
    {
        public void Dispose() => Array.ForEach(items, item => item.Dispose());
    }
}
