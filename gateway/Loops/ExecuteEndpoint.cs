using System.Buffers;
using Portico.Contracts.Rpc;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>The gRPC method Commands/Execute: commands and queries of whoever is not a worker, applied in stream order.</summary>
internal sealed class ExecuteEndpoint(ICommandRouter router, LinkLimits limits)
{
    /// <summary>Path of the method.</summary>
    public const string Path = "/portico.gateway.v1.Commands/Execute";

    /// <summary>Serves one stream until the caller has sent all and got all answers.</summary>
    public async Task ExecuteAsync(RpcServerCall call)
    {
        using var answers = new ExecuteAnswers(limits.Message, limits.Results);
        using var reader = new ExecuteReader(router.Open(limits.Commands), answers, limits);
        await call.StartAsync();
        var writing = WriteAllAsync(call, reader, answers);
        string? fault;
        try
        {
            fault = await ReadAllAsync(call, reader, answers);
        }
        finally
        {
            reader.IsDone = true;
            answers.End();
            await writing;
        }

        if (fault is not null)
        {
            throw new RpcException(RpcStatusCode.ResourceExhausted, fault);
        }
    }

    private async Task<string?> ReadAllAsync(RpcServerCall call, ExecuteReader reader, ExecuteAnswers answers)
    {
        while (!answers.IsOverLimit)
        {
            var read = await call.Requests.ReadAsync(call.CancellationToken);
            var rest = read.Buffer;
            var room = Task.CompletedTask;
            var any = true;
            while (room.IsCompleted && any)
            {
                any = RpcFraming.TryRead(ref rest, limits.Received, out var message);
                room = any ? reader.TakeAsync(message) : room;
            }

            // Not examined to the end while commands wait for room: the next read gives the rest at once.
            call.Requests.AdvanceTo(rest.Start, any ? rest.Start : read.Buffer.End);
            await room.WaitAsync(call.CancellationToken);
            if (read.IsCompleted && !any)
            {
                return rest.IsEmpty ? null : "the last message is cut off";
            }
        }

        return "the answers are not read";
    }

    private static async Task WriteAllAsync(RpcServerCall call, ExecuteReader reader, ExecuteAnswers answers)
    {
        var ends = new Queue<int>();
        while (!call.CancellationToken.IsCancellationRequested)
        {
            await answers.WaitAsync().WaitAsync(call.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            answers.Rearm();
            var done = reader.IsDone && reader.Unanswered == 0;
            var fields = answers.TakeAll(ends);
            for (var start = 0; ends.TryDequeue(out var end); start = end)
            {
                RpcFraming.WritePrefix(call.Responses, end - start);
                call.Responses.Write(fields.Span[start..end]);
            }

            var flushed = fields.Length == 0 ? default : await call.Responses.FlushAsync(call.CancellationToken);
            if (done || flushed.IsCompleted || answers.IsOverLimit)
            {
                return;
            }
        }
    }
}
