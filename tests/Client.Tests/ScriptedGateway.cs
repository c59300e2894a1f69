using System.Collections.Concurrent;
using Google.Protobuf;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.Client.Tests;

/// <summary>A gateway whose answers to commands a test writes; bodies that come in parts are put together.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    public const string Execute = "/portico.gateway.v1.Commands/Execute";

    private readonly Func<Command, IEnumerable<CommandResult>?> _answer;
    private ScriptedServer _server = null!;

    private ScriptedGateway(Func<Command, IEnumerable<CommandResult>?> answer) => _answer = answer;

    public GatewayAddress Address => _server.Address;

    /// <summary>Commands seen, in order, whole.</summary>
    public ConcurrentQueue<Command> Seen { get; } = new();

    /// <summary>Number of gRPC messages received: how well the commands were batched.</summary>
    public int Messages { get; private set; }

    /// <summary>Set before the first command: nothing is read until it is done.</summary>
    public TaskCompletionSource? Reads { get; set; }

    /// <summary>Number of streams opened.</summary>
    public int Streams { get; private set; }

    /// <param name="answer">The results of a command; null: none ever.</param>
    public static Task<ScriptedGateway> StartAsync(Func<Command, IEnumerable<CommandResult>?> answer) => StartAsync(answer, 0, "");

    public static async Task<ScriptedGateway> StartAsync(Func<Command, IEnumerable<CommandResult>?> answer, int port, string secretKey)
    {
        var gateway = new ScriptedGateway(answer);
        gateway._server = await ScriptedServer.StartAsync(
            app => app.MapRpcDuplex(Execute, gateway.RunAsync, new RpcServerOptions { SecretKey = new RpcSecretKey(secretKey) }), port);
        return gateway;
    }

    /// <summary>Answers every command with one result: done to one client.</summary>
    public static IEnumerable<CommandResult> Done(Command command) => [new CommandResult { Id = command.Id, Delivered = 1 }];

    public ClientId Client(uint connection) => new(Address, connection);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task RunAsync(RpcServerCall call)
    {
        Streams++;
        await call.StartAsync();
        await (Reads?.Task ?? Task.CompletedTask);
        var parts = new Dictionary<ulong, MemoryStream>();
        await foreach (var request in call.ReadAllAsync<ExecuteRequest>())
        {
            Messages++;
            foreach (var part in request.Parts)
            {
                if (!parts.TryGetValue(part.Id, out var body))
                {
                    parts[part.Id] = body = new MemoryStream();
                }

                part.Data.WriteTo(body);
            }

            var reply = new ExecuteReply();
            foreach (var command in request.Commands)
            {
                if (command.BodyPart != 0)
                {
                    command.Body = ByteString.CopyFrom([.. parts[command.BodyPart].ToArray(), .. command.Body.Span]);
                }

                Seen.Enqueue(command);
                reply.Results.AddRange(_answer(command) ?? []);
            }

            await call.WriteAsync(reply);
        }
    }
}
