using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;
using Portico.Hosting;
using Portico.Register.Hosting;
using Portico.Support;

namespace Portico.Register.Tests;

/// <summary>A register inside the test, on a free port.</summary>
internal sealed class RunningRegister : IAsyncDisposable
{
    public const string Announce = "/portico.register.v1.Register/Announce";
    public const string Watch = "/portico.register.v1.Register/Watch";

    private readonly IHost? _host;

    private RunningRegister(IHost? host) => _host = host;

    public IPEndPoint EndPoint { get; private set; } = null!;

    public static async Task<RunningRegister> StartAsync(string secretKey = "", TimeProvider? clock = null, params (string Key, string Value)[] settings)
    {
        var values = new Dictionary<string, string?> { ["Register:Listen"] = "127.0.0.1:0", ["SecretKey"] = secretKey };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var register = new RunningRegister(RegisterHost.Build(configuration, clock ?? TimeProvider.System));
        await register._host!.StartAsync().Guarded();
        register.EndPoint = IPEndPoint.Parse(register._host.Services.GetRequiredService<RoleAddresses>().All.Single().Value);
        return register;
    }

    /// <summary>One that runs in another process; it is not stopped from here.</summary>
    public static RunningRegister At(int port) => new(null) { EndPoint = new IPEndPoint(IPAddress.Loopback, port) };

    public RpcChannel Channel(string secretKey = "", TimeProvider? clock = null) =>
        new(new Uri($"http://{EndPoint}"), new() { SecretKey = secretKey, TimeProvider = clock ?? TimeProvider.System, ConnectTimeout = Guard.Limit });

    public async Task<TextClient> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint).Guarded();
        return new TextClient(socket);
    }

    public Task StopAsync() => _host?.StopAsync().Guarded() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync().AsTask().Guarded();
        }
    }

    /// <summary>A GatewayWorker peer.</summary>
    internal sealed class TextClient(Socket socket) : IDisposable
    {
        private readonly StreamReader _reader = new(new NetworkStream(socket, ownsSocket: true), Encoding.UTF8);

        public Task SendAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text)).Guarded();

        /// <summary>The next line; null when the register closed.</summary>
        public Task<string?> ReadLineAsync() => _reader.ReadLineAsync().Guarded();

        public void Dispose() => _reader.Dispose();
    }
}

/// <summary>Calls of the register's gRPC face.</summary>
internal static class RegisterCalls
{
    public static async Task<RpcDuplexCall> AnnounceAsync(this RpcChannel channel, string address)
    {
        var call = await channel.DuplexAsync(RunningRegister.Announce).Guarded();
        await call.WriteAsync(new AnnounceRequest { Address = address }).AsTask().Guarded();
        _ = await call.ReadAsync<AnnounceReply>().AsTask().Guarded();
        return call;
    }

    public static IAsyncEnumerator<WatchReply> WatchAsync(this RpcChannel channel) =>
        channel.ServerStreamingAsync<WatchRequest, WatchReply>(RunningRegister.Watch, new WatchRequest()).GetAsyncEnumerator();

    public static async Task<WatchReply> NextAsync(this IAsyncEnumerator<WatchReply> watch)
    {
        Assert.True(await watch.MoveNextAsync().AsTask().Guarded());
        return watch.Current;
    }
}
