using System.Buffers;
using System.Runtime.InteropServices;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// The commands that one read of an inner connection brought, with their bytes. The same object is posted once to every loop that
/// one of them concerns; each loop executes its share in order, and the last one gives the memory back.
/// </summary>
internal sealed class PhpBatch : ILoopWork
{
    private static readonly CommandOutcome Stopping = CommandOutcome.Refused("the gateway is stopping");

    private readonly List<PhpCommand> _commands = [];
    private readonly int _loops;
    private readonly PhpPort _port;
    private readonly Action<int> _handled;
    private readonly int _length;
    private byte[] _bytes;
    private int _waiting;
    private ulong _concerned;
    private bool _concernsAll;

    /// <summary>A batch over a copy of whole packets.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="port">The inner port that it came in by.</param>
    /// <param name="handled">Told the number of bytes when every loop is done. On a loop's thread.</param>
    public PhpBatch(ReadOnlySequence<byte> packets, PhpPort port, Action<int> handled)
    {
        _port = port;
        _loops = port.Loops.Count;
        _handled = handled;
        _length = (int)packets.Length;
        _bytes = PooledBytes.Rent(_length);
        packets.CopyTo(_bytes);
    }

    /// <summary>The same over packets in one piece.</summary>
    public PhpBatch(ReadOnlySpan<byte> packets, PhpPort port, Action<int> handled)
    {
        _port = port;
        _loops = port.Loops.Count;
        _handled = handled;
        _length = packets.Length;
        _bytes = PooledBytes.Rent(_length);
        packets.CopyTo(_bytes);
    }

    /// <summary>The packets.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Somebody waits for an answer.</summary>
    public bool HasQueries { get; private set; }

    /// <summary>There is something to do.</summary>
    public bool HasCommands => _commands.Count > 0;

    /// <summary>Adds a command whose ranges are of <see cref="Bytes"/>.</summary>
    public void Add(in PhpCommand command)
    {
        _commands.Add(command);
        HasQueries |= command.Answer is not null;
        if (LoopCommands.IsForOneClient(command.Kind) && _loops <= 64)
        {
            _concerned |= 1ul << (int)(command.Connection % (uint)_loops);
        }
        else
        {
            _concernsAll = true;
        }
    }

    /// <summary>Gives it to the loops; false when they have ended.</summary>
    public bool TryPost(IWorkerLoops loops)
    {
        // One more than the loops, so that it lives until all of them have it.
        _waiting = 1;
        var posted = true;
        for (var loop = 0; loop < _loops; loop++)
        {
            if (_concernsAll || (_concerned & (1ul << loop)) != 0)
            {
                Interlocked.Increment(ref _waiting);
                if (!loops.TryPost(loop, this))
                {
                    posted = false;
                    Refuse(loop);
                    Done();
                }
            }
        }

        Done();
        return posted;
    }

    /// <summary>Gives the memory back without doing anything.</summary>
    public void Discard()
    {
        PooledBytes.Return(_bytes);
        _bytes = [];
    }

    /// <inheritdoc/>
    public void Run(ILoopContext loop)
    {
        try
        {
            foreach (ref readonly var command in CollectionsMarshal.AsSpan(_commands))
            {
                if (IsFor(loop.Index, in command))
                {
                    Execute(loop, in command);
                }
            }
        }
        finally
        {
            Done();
        }
    }

    private void Execute(ILoopContext loop, in PhpCommand command)
    {
        var rows = command.Answer is null ? null : new CommandResult();
        var outcome = loop.Commands.ExecuteHere(command.View(Bytes), rows);
        command.Answer?.Add(outcome, rows);
        if (outcome.Status == CommandStatus.Refused && command.Answer is null)
        {
            // Nobody waits for a word about it.
            _port.Refusals.Add(command.Kind, outcome.Error!);
        }
    }

    private bool IsFor(int loop, in PhpCommand command) =>
        !LoopCommands.IsForOneClient(command.Kind) || command.Connection % (uint)_loops == (uint)loop;

    private void Refuse(int loop)
    {
        foreach (var command in _commands)
        {
            if (IsFor(loop, in command))
            {
                command.Answer?.Add(Stopping, null);
            }
        }
    }

    private void Done()
    {
        if (Interlocked.Decrement(ref _waiting) == 0)
        {
            Discard();
            _handled(_length);
        }
    }
}
