using Portico.Contracts.Protos.Gateway;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers;

/// <summary>A message that workers die of ends with its client; nobody else's is lost.</summary>
public sealed class DeadlyMessageTests
{
    private const int Workers = 4;

    [Fact]
    public async Task Message_ThatWorkersDieOf_EndsAfterFourAndTakesNobodyWithIt()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var worker = await ScriptedWorker.AttachAsync(gateway, "w:1");
        await using var deadly = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await using var innocent = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);
        await worker.NextAsync(EventKind.WebsocketConnect);
        await worker.AckAsync(2);
        await worker.CommandAsync(new Command { Id = 1, Kind = CommandKind.CountClients });
        await worker.NextResultAsync();
        await deadly.SendAsync("deadly");
        await innocent.SendAsync("innocent");
        var handled = 0;
        for (var i = 1; i <= Workers; i++)
        {
            handled += await DieAsync(worker);
            worker = await ScriptedWorker.AttachAsync(gateway, $"w:{i + 1}");
        }

        Assert.Null(await deadly.ReceiveAsync());
        Assert.Equal(1011, (int)deadly.Socket.CloseStatus!);
        await innocent.SendAsync("still here");
        var seen = new List<string>();
        while (!seen.Contains("still here"))
        {
            var (sequence, next) = await worker.NextAsync();
            await worker.AckAsync(sequence);
            Assert.NotEqual("deadly", next.Body.ToStringUtf8());
            seen.Add(next.Body.ToStringUtf8());
        }

        worker.Dispose();

        // By one of those who died, or by the last.
        Assert.Equal(1, handled + seen.Count(text => text == "innocent"));
    }

    [Fact]
    public async Task Message_OfAClientThatWasUnluckyTwice_IsHandledAndItsSuspicionGone()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        foreach (var text in (string[])["a", "b", "c"])
        {
            await client.SendAsync(text);
            // The worker before may be gone a moment before the gateway knows, and be one that it died with.
            var deaths = text == "a" ? Workers - 1 : Workers - 2;
            for (var i = 0; i < deaths; i++)
            {
                using var dying = await ScriptedWorker.AttachAsync(gateway, $"w:{text}.{i}");
                await MessageAsync(dying, text);
            }

            using var worker = await ScriptedWorker.AttachAsync(gateway, $"w:{text}");
            await worker.AckAsync(await MessageAsync(worker, text));
            await worker.CommandAsync(new Command { Id = 1, Kind = CommandKind.CountClients });
            Assert.Equal(1u, (await worker.NextResultAsync()).Count);
        }
    }

    private static async Task<ulong> MessageAsync(ScriptedWorker worker, string text)
    {
        while (true)
        {
            var (sequence, next) = await worker.NextAsync();
            if (next.Kind == EventKind.Message)
            {
                Assert.Equal(text, next.Body.ToStringUtf8());
                return sequence;
            }

            // A suspect's events come one by one.
            await worker.AckAsync(sequence);
        }
    }

    /// <summary>Handles what comes, until the deadly message does. Whether the innocent one was among it.</summary>
    private static async Task<int> DieAsync(ScriptedWorker worker)
    {
        var innocents = 0;
        while (true)
        {
            var (sequence, next) = await worker.NextAsync();
            if (next.Kind == EventKind.Message && next.Body.ToStringUtf8() == "deadly")
            {
                worker.Dispose();
                return innocents;
            }

            await worker.AckAsync(sequence);
            innocents += next.Kind == EventKind.Message ? 1 : 0;
        }
    }
}
