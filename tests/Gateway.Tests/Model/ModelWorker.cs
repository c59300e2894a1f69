using System.Collections.Concurrent;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests.Model;

/// <summary>A worker with a stream for each loop that notes what it is told and echoes every message with a "w" before it.</summary>
internal sealed class ModelWorker : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, uint> _connections = new();
    private readonly List<ScriptedWorker> _links = [];
    private readonly List<Task> _reading = [];

    /// <summary>Messages of each client.</summary>
    public ConcurrentDictionary<uint, List<string>> Messages { get; } = new();

    /// <summary>How often each client's end was told.</summary>
    public ConcurrentDictionary<uint, int> Closes { get; } = new();

    public static async Task<ModelWorker> AttachAsync(RunningGateway gateway, int loops)
    {
        var worker = new ModelWorker();
        for (var loop = 0; loop < loops; loop++)
        {
            var link = await ScriptedWorker.AttachAsync(gateway, loop: (uint)loop);
            worker._links.Add(link);
            worker._reading.Add(worker.ReadAsync(link));
        }

        return worker;
    }

    /// <summary>The number of the client with that port, once it is known.</summary>
    public async Task<uint> ConnectionOfAsync(int port)
    {
        uint connection = 0;
        await Guard.SoonAsync(
            () => _connections.TryRemove(port, out connection) || _reading.Exists(task => task.IsFaulted), "the client's first event");
        await Task.WhenAll(_reading.Where(task => task.IsFaulted));
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        _links.ForEach(link => link.Dispose());
        await Task.WhenAll(_reading).Guarded();
    }

    private async Task ReadAsync(ScriptedWorker link)
    {
        try
        {
            while (true)
            {
                var (sequence, next) = await link.NextAsync();
                var message = new WorkerMessage { Ack = new EventAck { Through = sequence } };
                if (Take(next))
                {
                    var echo = ByteString.CopyFromUtf8("w" + next.Body.ToStringUtf8());
                    message.Commands.Add(new Command { Kind = CommandKind.SendToClient, Connection = next.Connection, Body = echo });
                }

                await link.SendAsync(message);
            }
        }
        catch (Exception end) when (end is RpcException or OperationCanceledException or ObjectDisposedException or IOException or TimeoutException)
        {
            // The test is over, or hangs and says so elsewhere.
        }
    }

    private bool Take(Event next)
    {
        switch (next.Kind)
        {
            case EventKind.Connect or EventKind.WebsocketConnect:
                Messages[next.Connection] = [];
                _connections[(int)next.State.Origin.RemotePort] = next.Connection;
                return false;
            case EventKind.Close:
                Closes.AddOrUpdate(next.Connection, 1, (_, count) => count + 1);
                return false;
            default:
                Assert.Equal(EventKind.Message, next.Kind);
                Messages[next.Connection].Add(next.Body.ToStringUtf8());
                return true;
        }
    }
}
