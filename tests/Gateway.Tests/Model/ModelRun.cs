using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Support;

namespace Portico.Gateway.Tests.Model;

/// <summary>Does the operations on gateway and model, and compares.</summary>
internal sealed class ModelRun(RunningGateway gateway, ModelWorker worker, ModelCalls calls, Random random)
{
    private const int MostClients = 100;
    private readonly ModelTables _tables = new();
    private readonly List<ModelPeer> _gone = [];
    private int _number;

    private List<ModelPeer> Live => _tables.Live;

    public async Task StepsAsync(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            await StepAsync();
            if (i % 500 == 0)
            {
                await CompareAsync();
            }
        }
    }

    /// <summary>All read all, all leave, and nothing is left.</summary>
    public async Task FinishAsync()
    {
        await CompareAsync();
        foreach (var peer in Live.ToArray())
        {
            await KickAsync(peer);
        }

        await CompareAsync();
        Assert.All(_gone, peer => Assert.Equal(1, worker.Closes[peer.Connection]));
        _gone.ForEach(peer => peer.Dispose());
        _gone.Clear();
        worker.Closes.Clear();
        worker.Messages.Clear();
    }

    private Task StepAsync() => random.Next(100) switch
    {
        < 12 => Live.Count < MostClients ? ConnectAsync() : Task.CompletedTask,
        < 30 => OnAny(SendToOneAsync),
        < 35 => SendToAllAsync(),
        < 41 => SendToNamesAsync(CommandKind.SendToUid, _tables.Uids, "u"),
        < 49 => SendToNamesAsync(CommandKind.SendToGroup, _tables.Groups, "g"),
        < 57 => OnAny(JoinAsync),
        < 61 => OnAny(LeaveAsync),
        < 62 => UngroupAsync(),
        < 66 => OnAny(BindAsync),
        < 68 => OnAny(UnbindAsync),
        < 70 => OnAny(KickAsync),
        < 71 => OnAny(DestroyAsync),
        < 72 => OnAny(HalfCloseAsync),
        < 73 => OnAny(ResetAsync),
        < 76 => OnAny(peer => Task.FromResult(peer.Stalled = true)),
        < 80 => OnAny(peer => Task.FromResult(peer.Stalled = false)),
        < 92 => OnAny(SpeakAsync),
        _ => OnAny(PumpAsync),
    };

    private Task OnAny(Func<ModelPeer, Task> act) => Live.Count == 0 ? Task.CompletedTask : act(Live[random.Next(Live.Count)]);

    private string Name(string kind) => $"{kind}{random.Next(8)}";

    private string Line() => $"c{_number++}{new string('.', random.Next(50) == 0 ? random.Next(10_000) : random.Next(40))}";

    private async Task ConnectAsync()
    {
        // Else it might get what was sent to everybody before it came.
        await calls.SettleAsync();
        var webSocket = random.Next(2) == 0;
        var port = webSocket ? new Uri(gateway.WebSocketUrl).Port : gateway.TextPort;
        var peer = await ModelPeer.ConnectAsync(port, webSocket, small: random.Next(3) == 0);
        peer.Connection = await worker.ConnectionOfAsync(peer.Port);
        Live.Add(peer);
    }

    private Task SpeakAsync(ModelPeer peer)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            peer.Send(Line()[1..]);
        }

        return Task.CompletedTask;
    }

    private static Task PumpAsync(ModelPeer peer)
    {
        peer.Pump();
        return Task.CompletedTask;
    }

    private Task SendToOneAsync(ModelPeer peer)
    {
        var line = Line();
        peer.Expect(line);
        return calls.DoAsync(
            new Command { Kind = CommandKind.SendToClient, Connection = peer.Connection, Body = ByteString.CopyFromUtf8(line) },
            result => Assert.Equal(1u, result.Delivered));
    }

    private uint[] Exclude() => random.Next(2) == 0 || Live.Count == 0 ? [] : [Live[random.Next(Live.Count)].Connection];

    private static uint Expect(IEnumerable<ModelPeer> peers, string line, uint[] exclude)
    {
        var count = 0u;
        foreach (var peer in peers.Where(peer => !exclude.Contains(peer.Connection)))
        {
            peer.Expect(line);
            count++;
        }

        return count;
    }

    private Task SendToAllAsync()
    {
        var (line, exclude) = (Line(), Exclude());
        var expected = Expect(Live, line, exclude);
        return calls.DoAsync(
            new Command { Kind = CommandKind.SendToAll, Body = ByteString.CopyFromUtf8(line), Exclude = { exclude } },
            result => Assert.Equal(expected, result.Delivered));
    }

    private Task SendToNamesAsync(CommandKind kind, Dictionary<string, List<ModelPeer>> index, string prefix)
    {
        var (line, exclude) = (Line(), Exclude());
        string[] names = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Name(prefix))];
        var expected = (uint)names.Sum(name => index.TryGetValue(name, out var list) ? Expect(list, line, exclude) : 0);
        return calls.DoAsync(
            new Command { Kind = kind, Names = { names }, Body = ByteString.CopyFromUtf8(line), Exclude = { exclude } },
            result => Assert.Equal(expected, result.Delivered));
    }

    private Task JoinAsync(ModelPeer peer)
    {
        var group = Name("g");
        var isNew = !peer.Groups.Contains(group);
        var refused = isNew && peer.Groups.Count == 5;
        if (isNew && !refused)
        {
            _tables.Join(peer, group);
        }

        return calls.DoAsync(
            new Command { Kind = CommandKind.JoinGroup, Connection = peer.Connection, Names = { group } },
            result => Assert.Equal(refused ? CommandStatus.Refused : CommandStatus.Delivered, result.Status));
    }

    private Task LeaveAsync(ModelPeer peer)
    {
        var group = Name("g");
        var expected = _tables.Leave(peer, group) ? 1u : 0u;
        return calls.DoAsync(
            new Command { Kind = CommandKind.LeaveGroup, Connection = peer.Connection, Names = { group } },
            result => Assert.Equal(expected, result.Delivered));
    }

    private Task UngroupAsync()
    {
        var group = Name("g");
        var expected = _tables.Ungroup(group);
        return calls.DoAsync(new Command { Kind = CommandKind.Ungroup, Names = { group } }, result => Assert.Equal(expected, result.Delivered));
    }

    private Task BindAsync(ModelPeer peer)
    {
        var uid = Name("u");
        var expected = _tables.Bind(peer, uid) ? 1u : 0u;
        return calls.DoAsync(
            new Command { Kind = CommandKind.BindUid, Connection = peer.Connection, Names = { uid } },
            result => Assert.Equal(expected, result.Delivered));
    }

    private Task UnbindAsync(ModelPeer peer)
    {
        var expected = _tables.Unbind(peer) ? 1u : 0u;
        return calls.DoAsync(new Command { Kind = CommandKind.UnbindUid, Connection = peer.Connection }, result => Assert.Equal(expected, result.Delivered));
    }

    private async Task KickAsync(ModelPeer peer)
    {
        // What it said is answered before, so that nothing of the answer is on its way when it goes.
        await AnsweredAsync(peer);
        var line = random.Next(2) == 0 ? Line() : "";
        if (line.Length > 0)
        {
            peer.Expect(line);
        }

        peer.Leaving = true;
        End(peer);
        await calls.DoAsync(
            new Command { Kind = CommandKind.CloseClient, Connection = peer.Connection, HasBody = line.Length > 0, Body = ByteString.CopyFromUtf8(line) },
            result => Assert.Equal(1u, result.Delivered));
    }

    private async Task DestroyAsync(ModelPeer peer)
    {
        await AnsweredAsync(peer);
        peer.Leaving = true;
        peer.CutOff = true;
        End(peer);
        await calls.DoAsync(new Command { Kind = CommandKind.DestroyClient, Connection = peer.Connection }, result => Assert.Equal(1u, result.Delivered));
    }

    private async Task HalfCloseAsync(ModelPeer peer)
    {
        await AnsweredAsync(peer);
        peer.HalfClose();
        await GoneAsync(peer);
    }

    private async Task ResetAsync(ModelPeer peer)
    {
        await AnsweredAsync(peer);
        peer.Reset();
        await GoneAsync(peer);
    }

    /// <summary>The worker has seen all that the client said. Its answer was sent before it asked for the next event.</summary>
    private async Task AnsweredAsync(ModelPeer peer)
    {
        await calls.SettleAsync();
        await Guard.SoonAsync(() => worker.Messages[peer.Connection].Count >= peer.Sent.Count, $"the messages of {peer}");
        Assert.Equal(peer.Sent, worker.Messages[peer.Connection]);
        if (peer.Sent.Count > 0)
        {
            // Every line that the worker sends is with the client, or behind what it does not read.
            peer.Stalled = false;
            await Guard.SoonAsync(() => Pumped(peer), $"the answers for {peer}");
        }
    }

    private async Task GoneAsync(ModelPeer peer)
    {
        End(peer);
        await Guard.UntilAsync(
            async () => await calls.AskAsync(new Command { Kind = CommandKind.IsOnline, Connection = peer.Connection }) == 0, $"{peer} to be gone");
    }

    private static bool Pumped(ModelPeer peer)
    {
        peer.Pump();
        return peer.IsDone;
    }

    private void End(ModelPeer peer)
    {
        _tables.End(peer);
        _gone.Add(peer);
    }

    private async Task CompareAsync()
    {
        await calls.SettleAsync();
        foreach (var peer in Live.Concat(_gone))
        {
            peer.Stalled = false;
            await Guard.SoonAsync(() => Pumped(peer), $"all for {peer}");
            await Guard.SoonAsync(() => worker.Messages[peer.Connection].Count >= peer.Sent.Count, $"the messages of {peer}");
            Assert.Equal(peer.Sent, worker.Messages[peer.Connection]);
        }

        foreach (var peer in _gone)
        {
            await Guard.SoonAsync(() => worker.Closes.ContainsKey(peer.Connection), $"the end of {peer}");
        }

        var rows = await calls.SelectAllAsync();
        Assert.Equal(Live.Select(peer => peer.Connection).Order(), rows.Select(row => row.Connection).Order());
        var byConnection = rows.ToDictionary(row => row.Connection);
        foreach (var peer in Live)
        {
            var row = byConnection[peer.Connection];
            Assert.Equal(peer.Uid, row.HasUid ? row.Uid : null);
            Assert.Equal(peer.Groups, row.Groups);
        }
    }
}
