using Portico.Contracts.Link;
using Portico.Contracts.Results;

namespace Portico.Gateway.Workers;

/// <summary>The reading half of a gRPC worker link on the loop's thread: acknowledgements first, then commands in their order.</summary>
internal sealed class LinkInput(GrpcWorkerLink link, LinkLimits limits, CommandWindow window) : IDisposable
{
    private readonly CommandParts _parts = new(limits.Parts);
    private readonly CommandDecoder _decoder = new();
    private ICommandExecutor? _commands;

    /// <summary>The loop takes it over.</summary>
    public void Open(ICommandExecutor commands)
    {
        _commands = commands;
        link.Results.Window = window;
    }

    /// <summary>Bytes that were posted are handled.</summary>
    public void OnHandled(int bytes) => window.Remove(bytes);

    /// <summary>One WorkerMessage. What a dead link still sends is discarded.</summary>
    public void OnMessage(ReadOnlySpan<byte> message)
    {
        if (link.IsClosed || _commands is null)
        {
            return;
        }

        if (!WorkerMessageReader.TryRead(message, out var reader) || !TryTake(ref reader))
        {
            link.End("the worker sent what is not a valid WorkerMessage", graceful: false);
        }
        else if (link.Results.IsOverLimit)
        {
            link.End("the worker does not read its results", graceful: false);
        }
        else
        {
            link.AfterMessage();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _parts.Dispose();

    private bool TryTake(ref WorkerMessageReader reader)
    {
        if (reader.HasAttach || !TryAcknowledge(ref reader) || (reader.Probed != 0 && !link.TryAnswerProbe(reader.Probed)))
        {
            return false;
        }

        while (reader.TryNextPart(out var id, out var data))
        {
            if (!_parts.TryAdd(id, data))
            {
                return false;
            }
        }

        while (!link.IsClosed && reader.TryNextCommand(out var fields))
        {
            Execute(fields);
        }

        if (reader.Leaving)
        {
            link.Leave();
        }

        return !reader.Malformed;
    }

    private bool TryAcknowledge(ref WorkerMessageReader reader)
    {
        if (!reader.HasAck)
        {
            return true;
        }

        if (!link.TryAcknowledge(reader.AckThrough))
        {
            return false;
        }

        // Each event can be acknowledged once, so honest ranges cover no more than what is kept.
        var steps = link.KeptRange + 1024;
        while (reader.TryNextRange(out var first, out var last))
        {
            steps -= (long)Math.Min(last - first, (ulong)long.MaxValue / 2) + 1;
            if (last < first || steps < 0 || !link.TryAcknowledge(first, last))
            {
                return false;
            }
        }

        link.AfterAcknowledgements();
        return true;
    }

    private void Execute(CommandFields fields)
    {
        if (fields.BodyPart == 0)
        {
            _commands!.Execute(_decoder.Decode(fields, fields.Body), link.Results);
            return;
        }

        using var body = _parts.Take(fields.BodyPart, fields.Body);
        if (body is not null)
        {
            _commands!.Execute(_decoder.Decode(fields, body.WrittenSpan), link.Results);
        }
        else if (fields.Id != 0)
        {
            link.Results.Add(new ResultView { Id = fields.Id, Status = CommandStatus.Refused, Error = "no parts of that id came before"u8 });
        }
    }
}
