using System.Buffers;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>The answer that a query of a PHP peer waits for: gathered from the loops, written in PHP's types.</summary>
/// <param name="queue">Keeps the answers in the order of the queries.</param>
/// <param name="query">What was asked.</param>
/// <param name="weight">What it counts while it is on the way.</param>
/// <param name="merge">Puts the loops' answers together; null when the answer is known without them.</param>
internal sealed class PhpAnswer(PhpAnswers queue, PhpQuestion query, int weight, CommandMerge? merge) : IOutputPiece
{
    private readonly Lock _gate = new();

    /// <summary>What it counts while it is on the way.</summary>
    public int Weight => weight;

    /// <summary>All loops have answered.</summary>
    public bool IsDone { get; private set; } = merge is null;

    /// <summary>One loop's answer. On its thread.</summary>
    public void Add(CommandOutcome outcome, CommandResult? rows)
    {
        lock (_gate)
        {
            if (!merge!.Add(outcome, rows))
            {
                return;
            }

            IsDone = true;
        }

        queue.OnDone();
    }

    /// <inheritdoc/>
    public void WriteTo(IBufferWriter<byte> destination)
    {
        using var payload = new LinkBuffer();
        if (merge is null)
        {
            payload.Append(PhpSerialize.EmptyArray);
        }
        else
        {
            PhpAnswerWriter.Write(payload, query, merge.Outcome, merge.Rows);
        }

        PacketCodec.WriteResponse(destination, payload.WrittenSpan);
    }

    /// <inheritdoc/>
    public void OnWritten(bool sent) => queue.OnWritten(this);
}
