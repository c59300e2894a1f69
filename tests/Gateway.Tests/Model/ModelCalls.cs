using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Tests.Loops;

namespace Portico.Gateway.Tests.Model;

/// <summary>The commands of a model's run, many under way at a time, and what their results should be.</summary>
internal sealed class ModelCalls(ScriptedCaller caller)
{
    private const int MostPending = 64;
    private readonly Queue<(ulong Id, Action<CommandResult> Check)> _pending = new();
    private ulong _lastId;

    /// <summary>Has a command carried out; its result is looked at when many are under way, or when it counts.</summary>
    public async Task DoAsync(Command command, Action<CommandResult> check)
    {
        command.Id = ++_lastId;
        _pending.Enqueue((_lastId, check));
        await caller.SendAsync(command);
        if (_pending.Count >= MostPending)
        {
            await SettleAsync();
        }
    }

    /// <summary>Every result that is on the way is here and right.</summary>
    public async Task SettleAsync()
    {
        while (_pending.TryDequeue(out var next))
        {
            var result = await caller.NextAsync();
            Assert.Equal(next.Id, result.Id);
            next.Check(result);
        }
    }

    /// <summary>Asks for a number.</summary>
    public async Task<uint> AskAsync(Command query)
    {
        await SettleAsync();
        query.Id = ++_lastId;
        await caller.SendAsync(query);
        return (await caller.NextAsync()).Count;
    }

    /// <summary>Every client that the gateway knows.</summary>
    public async Task<List<ClientRow>> SelectAllAsync()
    {
        await caller.SendAsync(new Command { Id = ++_lastId, Kind = CommandKind.Select, Select = new Select { All = true, Uid = true, Groups = true } });
        var rows = new List<ClientRow>();
        CommandResult page;
        do
        {
            page = await caller.NextAsync();
            rows.AddRange(page.Clients);
        }
        while (page.More);

        return rows;
    }
}
