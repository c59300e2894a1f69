using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Portico.BusinessWorker.Dispatch;
using Portico.BusinessWorker.Links;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.BusinessWorker.Tests.Links;

public sealed class EchoAllocationTests
{
    private const int Messages = 1000;
    private const int Rounds = 50;

    [Fact]
    public async Task HandOut_EchoInSteadyState_AllocatesNothingPerMessage()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        gateway.Listed = false;
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        using var link = new GatewayLink(new AttachRequest(), new Owner(), worker.Services.GetRequiredService<EventHandling>(), new LinkOptions());
        var sink = new Sink();
        var output = link.Begin(sink);
        var open = Batch(1, [ScriptedLink.Open(5), ScriptedLink.Open(6)]);
        link.HandOut(open, output);

        var text = new string('x', 128);
        var batches = Enumerable.Range(0, Rounds * 2)
            .Select(round => Batch(3 + ((ulong)round * Messages), [.. Enumerable.Range(0, Messages).Select(i => ScriptedLink.Message((uint)(5 + (i % 2)), text))]))
            .ToList();
        for (var round = 0; round < Rounds; round++)
        {
            link.HandOut(batches[round], output);
        }

        // What a collection beside it makes the pools give back is rented anew, once: the best round has only what every message costs.
        var least = long.MaxValue;
        for (var round = Rounds; round < Rounds * 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            link.HandOut(batches[round], output);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        var perMessage = least / (double)Messages;
        Assert.True(perMessage < 1, $"{perMessage} bytes a message");
        Assert.True(sink.Written > Rounds * 2L * Messages * 128);
    }

    private static ReadOnlySequence<byte> Batch(ulong firstSequence, Event[] events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        RpcFraming.WriteMessage(buffer, new GatewayMessage { Events = new EventBatch { FirstSequence = firstSequence, Events = { events } } });
        return new ReadOnlySequence<byte>(buffer.WrittenMemory);
    }

    private sealed class Owner : ILinkOwner
    {
        public void OnAttached(GatewayLink link, uint loopCount)
        {
        }
    }

    private sealed class Sink : PipeWriter
    {
        private byte[] _buffer = new byte[1024 * 1024];

        public long Written { get; private set; }

        public override void Advance(int bytes) => Written += bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => Grow(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => Grow(sizeHint);

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

        private byte[] Grow(int sizeHint) => _buffer.Length >= sizeHint ? _buffer : _buffer = new byte[sizeHint];
    }
}
