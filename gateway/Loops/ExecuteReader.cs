using System.Buffers;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Gateway.Commands;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>Takes the requests of one Execute stream apart and gives their commands to the loops.</summary>
internal sealed class ExecuteReader(ICommandCaller caller, ExecuteAnswers answers, LinkLimits limits) : ICommandAnswer, IDisposable
{
    private readonly CommandDecoder _decoder = new();
    private readonly CommandParts _parts = new(limits.Parts);
    private long _unanswered;
    private bool _isDone;

    /// <summary>Nothing more will be taken.</summary>
    public bool IsDone
    {
        get => Volatile.Read(ref _isDone);
        set => Volatile.Write(ref _isDone, value);
    }

    /// <summary>Commands whose answer is wanted and not there.</summary>
    public long Unanswered => Interlocked.Read(ref _unanswered);

    /// <summary>Takes one ExecuteRequest.</summary>
    /// <returns>Done when there is room for more.</returns>
    public Task TakeAsync(ReadOnlySequence<byte> message)
    {
        if (message.IsSingleSegment)
        {
            return TakeAsync(message.FirstSpan);
        }

        var whole = PooledBytes.Rent((int)message.Length);
        try
        {
            message.CopyTo(whole);
            return TakeAsync(whole.AsSpan(0, (int)message.Length));
        }
        finally
        {
            PooledBytes.Return(whole);
        }
    }

    /// <inheritdoc/>
    public void OnAnswer(ulong id, CommandOutcome outcome, CommandResult? rows)
    {
        // Counted down after the answer stands, or the stream could end without it.
        answers.OnAnswer(id, outcome, rows);
        if (Interlocked.Decrement(ref _unanswered) == 0)
        {
            answers.End();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _parts.Dispose();

    private Task TakeAsync(ReadOnlySpan<byte> message)
    {
        if (!WorkerMessageReader.TryReadExecute(message, out var reader))
        {
            throw Malformed();
        }

        while (reader.TryNextPart(out var id, out var data))
        {
            if (!_parts.TryAdd(id, data))
            {
                throw new RpcException(RpcStatusCode.ResourceExhausted, "too many bytes in parts that no command has named");
            }
        }

        var room = Task.CompletedTask;
        while (reader.TryNextCommand(out var fields))
        {
            room = PostAsync(fields);
        }

        return reader.Malformed ? throw Malformed() : room;
    }

    private static RpcException Malformed() => new(RpcStatusCode.InvalidArgument, "that is not an ExecuteRequest");

    private Task PostAsync(CommandFields fields)
    {
        if (fields.Id != 0)
        {
            Interlocked.Increment(ref _unanswered);
        }

        var wanted = fields.Id == 0 ? null : this;
        if (fields.BodyPart == 0)
        {
            return caller.PostAsync(_decoder.Decode(fields, fields.Body), wanted);
        }

        using var body = _parts.Take(fields.BodyPart, fields.Body);
        if (body is null)
        {
            if (wanted is not null)
            {
                caller.Refuse(new CommandView { Id = fields.Id }, "no parts of that id came before", wanted);
            }

            return Task.CompletedTask;
        }

        return caller.PostAsync(_decoder.Decode(fields, body.WrittenSpan), wanted);
    }
}
