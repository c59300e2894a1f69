using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Rpc;
using Portico.Gateway.Hosting;
using Portico.Gateway.Workers;
using Portico.Gateway.Workers.GatewayWorker;
using Portico.Hosting;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers.GatewayWorker;

public sealed class InnerConnectionTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly Pipe _toGateway = new();
    private readonly Pipe _fromGateway = new();
    private readonly DefaultConnectionContext _connection;
    private readonly SilentLoops _loops = new();
    private readonly RepeatedWarnings _warnings = new(TimeProvider.System, NullLogger<RepeatedWarnings>.Instance);
    private InnerConnectionHandler? _handler;

    public InnerConnectionTests()
    {
        _connection = new DefaultConnectionContext("test", new Sides(_toGateway.Reader, _fromGateway.Writer), new Sides(_fromGateway.Reader, _toGateway.Writer));
        _connection.Items[typeof(Tongues)] = _clock.GetTimestamp();
    }

    [Fact]
    public async Task RunAsync_QueryThatNobodyAnswers_ClosesAfterAWhile()
    {
        var running = Start("");
        await SendAsync(PacketCommand.IsOnline);
        await Guard.UntilAsync(() => _loops.Posted > 0, "the query is with the loops");

        // Its time begins when the sweep first sees it, which may be a moment later.
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.False(running.IsCompleted);
        await Guard.UntilAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(500));
                return running.IsCompleted;
            },
            "the connection is closed");

        await running.Guarded();
    }

    [Fact]
    public async Task RunAsync_QueriesWhoseAnswersAreKnown_AreAnsweredInOrder()
    {
        var running = Start("");
        await SendAsync(PacketCommand.GetClientIdByUid);
        await SendAsync(PacketCommand.BatchGetClientCountByGroup);
        await _toGateway.Writer.CompleteAsync();
        await running.Guarded();

        var read = await _fromGateway.Reader.ReadAtLeastAsync(20).AsTask().Guarded();

        Assert.Equal("00000006613a303a7b7d00000006613a303a7b7d", Convert.ToHexStringLower([.. read.Buffer.ToArray()]));
    }

    [Fact]
    public async Task RunAsync_NoWholePacketInTime_Closes()
    {
        var running = Start("secret");
        await _toGateway.Writer.WriteAsync(new byte[] { 0, 0, 0, 28, 202 });

        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(running.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));

        await running.Guarded();
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("0000001b")]
    [InlineData("00a00001")]
    [InlineData("00020000")]
    public async Task RunAsync_StrangerWithABadOrLongPacket_IsClosedAtOnce(string length)
    {
        var running = Start("secret");

        await _toGateway.Writer.WriteAsync(Convert.FromHexString(length));

        await running.Guarded();
        Assert.Equal(0, _loops.Posted);
    }

    [Fact]
    public async Task RunAsync_CommandBeforeTheSecret_IsNotDone()
    {
        var running = Start("secret");

        await SendAsync(PacketCommand.IsOnline);

        await running.Guarded();
        Assert.Equal(0, _loops.Posted);
    }

    [Fact]
    public async Task RunAsync_WorkerWithTheSecret_OpensALinkOnEachLoop()
    {
        var running = Start("secret");

        await SendAsync(PacketCommand.WorkerConnect, InnerCredentials.Worker("w:0", "secret"));
        await Guard.UntilAsync(() => _loops.Posted == 2, "two links");
        Assert.Equal(1, _handler!.Workers);
        await _toGateway.Writer.CompleteAsync();

        await running.Guarded();
        Assert.Equal(4, _loops.Posted);
        Assert.Equal(0, _handler.Workers);
    }

    [Fact]
    public async Task RunAsync_MuchAskedAtOnce_IsTakenAFewQueriesAtATime()
    {
        var packets = new ArrayBufferWriter<byte>();
        for (var i = 0; i < 200; i++)
        {
            PacketCodec.Write(packets, new PacketHeader { Command = PacketCommand.GetAllClientSessions, Flags = PacketFlags.Scalar }, default, default);
        }

        await _toGateway.Writer.WriteAsync(packets.WrittenMemory);
        var running = Start("");

        // Each counts 64 of 1,000: fifteen, and one that may come when there is any room; given to both loops.
        await Guard.UntilAsync(() => _loops.Posted >= 4, "the first are with the loops");
        Assert.Equal([15, 15, 1, 1], _loops.Works.Select(work => Assert.IsType<PhpBatch>(work).Bytes.Length / PacketHeader.Length));
        await _toGateway.Writer.CompleteAsync();
        Assert.False(running.IsCompleted);
        Assert.Equal(4, _loops.Posted);
    }

    public void Dispose() => _handler?.Dispose();

    private Task Start(string secret)
    {
        _handler = new InnerConnectionHandler(new PhpPort
        {
            Loops = _loops,
            Identity = new GatewayIdentity(),
            SecretKey = new RpcSecretKey(secret),
            Limits = InnerLimits.From(new LimitOptions()),
            Clock = _clock,
            Logger = NullLogger.Instance,
            Refusals = new PhpRefusals(_warnings),
            Warnings = _warnings,
        });
        return _handler.RunAsync(_connection, CancellationToken.None);
    }

    private async Task SendAsync(PacketCommand command, byte[]? body = null)
    {
        PacketCodec.Write(_toGateway.Writer, new PacketHeader { Command = command, ConnectionId = 1, Flags = PacketFlags.Scalar }, default, body);
        await _toGateway.Writer.FlushAsync();
    }

    private sealed class Sides(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>Loops that take everything and do nothing.</summary>
    private sealed class SilentLoops : IWorkerLoops
    {
        private int _posted;

        public int Count => 2;

        public int Posted => Volatile.Read(ref _posted);

        public ConcurrentQueue<ILoopWork> Works { get; } = new();

        public bool TryPost(int loop, ILoopWork work)
        {
            Works.Enqueue(work);
            Interlocked.Increment(ref _posted);
            return true;
        }
    }
}
