using Portico.Gateway.Commands;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>
/// One caller that is not on a loop. Its commands go into the inboxes in its order; an inbox is first in, first out, so each loop sees
/// them in that order too. Answers are handed on in the order of the commands.
/// </summary>
internal sealed class CommandCaller(IWorkerLoops loops, long bytes) : ICommandCaller
{
    private static readonly CommandOutcome Stopping = CommandOutcome.Refused("the gateway is stopping");
    private readonly Lock _gate = new();
    private readonly Queue<PendingCommand> _order = new();
    private readonly CommandWindow _window = new(bytes);

    /// <inheritdoc/>
    public Task PostAsync(in CommandView command, ICommandAnswer? answer)
    {
        var copy = new CommandCopy(command);
        var one = LoopCommands.IsForOneClient(copy.Kind);
        var pending = new PendingCommand(copy, one ? 1 : loops.Count, answer is not null, OnDone) { Answer = answer };
        if (answer is not null)
        {
            lock (_gate)
            {
                _order.Enqueue(pending);
            }
        }

        var room = _window.AddAsync(copy.Cost);
        if (one)
        {
            Post((int)(copy.Connection % (uint)loops.Count), pending);
        }
        else
        {
            for (var i = 0; i < loops.Count; i++)
            {
                Post(i, pending);
            }
        }

        return room;
    }

    /// <inheritdoc/>
    public void Refuse(in CommandView command, string error, ICommandAnswer answer)
    {
        var pending = new PendingCommand(new CommandCopy(command), 1, wanted: true, OnDone) { Answer = answer };
        _ = _window.AddAsync(pending.Command.Cost);
        lock (_gate)
        {
            _order.Enqueue(pending);
        }

        pending.Add(CommandOutcome.Refused(error), null);
    }

    private void Post(int loop, PendingCommand pending)
    {
        if (!loops.TryPost(loop, pending))
        {
            pending.Add(Stopping, null);
        }
    }

    private void OnDone(PendingCommand pending)
    {
        _window.Remove(pending.Command.Cost);
        if (!pending.IsWanted)
        {
            return;
        }

        lock (_gate)
        {
            pending.IsDone = true;
            while (_order.TryPeek(out var next) && next.IsDone)
            {
                _ = _order.Dequeue();
                next.Answer!.OnAnswer(next.Command.Id, next.Outcome, next.Rows);
            }
        }
    }
}
