using System.Threading.Channels;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;

namespace Portico.Client.Tests;

/// <summary>A register that says what a test tells it to.</summary>
internal sealed class ScriptedRegister : IAsyncDisposable
{
    private readonly Channel<WatchReply> _replies = Channel.CreateUnbounded<WatchReply>();
    private ScriptedServer _server = null!;

    public GatewayAddress Address => _server.Address;

    public static async Task<ScriptedRegister> StartAsync(int port = 0)
    {
        var register = new ScriptedRegister();
        register._server = await ScriptedServer.StartAsync(
            app => app.MapRpcServerStreaming<WatchRequest>("/portico.register.v1.Register/Watch", register.WatchAsync), port);
        return register;
    }

    public void Say(ulong epoch, ulong version, params IEnumerable<string> addresses) =>
        Assert.True(_replies.Writer.TryWrite(new WatchReply { Epoch = epoch, Version = version, Addresses = { addresses } }));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task WatchAsync(WatchRequest request, RpcServerCall call)
    {
        await call.StartAsync();
        await foreach (var reply in _replies.Reader.ReadAllAsync(call.CancellationToken))
        {
            await call.WriteAsync(reply);
        }
    }
}
