using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests.Loops;

/// <summary>A caller of Commands/Execute with the generated classes.</summary>
internal sealed class ScriptedCaller : IDisposable
{
    private readonly RpcChannel _channel;
    private readonly RpcDuplexCall _call;
    private readonly Queue<CommandResult> _results = new();

    private ScriptedCaller(RpcChannel channel, RpcDuplexCall call)
    {
        _channel = channel;
        _call = call;
    }

    public static async Task<ScriptedCaller> OpenAsync(RunningGateway gateway)
    {
        var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { ConnectTimeout = Guard.Limit });
        return new ScriptedCaller(channel, await channel.DuplexAsync("/portico.gateway.v1.Commands/Execute").Guarded());
    }

    public Task SendAsync(params Command[] commands) => SendAsync(new ExecuteRequest { Commands = { commands } });

    public Task SendAsync(ExecuteRequest request) => _call.WriteAsync(request).AsTask().Guarded();

    public async Task<CommandResult> NextAsync()
    {
        while (_results.Count == 0)
        {
            var reply = await _call.ReadAsync<ExecuteReply>().AsTask().Guarded() ?? throw new EndOfStreamException("The gateway ended the stream.");
            foreach (var result in reply.Results)
            {
                _results.Enqueue(result);
            }
        }

        return _results.Dequeue();
    }

    /// <summary>Says that all is sent, and reads what is left.</summary>
    public async Task<List<CommandResult>> FinishAsync()
    {
        await _call.CompleteRequestsAsync().AsTask().Guarded();
        var rest = new List<CommandResult>(_results);
        while (await _call.ReadAsync<ExecuteReply>().AsTask().Guarded() is { } reply)
        {
            rest.AddRange(reply.Results);
        }

        return rest;
    }

    public void Dispose()
    {
        _call.Dispose();
        _channel.Dispose();
    }
}
