using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

/// <summary>10,000 random operations against every transport: what arrives is what was sent, and nothing is left at the end.</summary>
public abstract class RandomSpecification
{
    private const int Operations = 10_000;

    private protected abstract TransportHarness Create(int loops);

    [Theory]
    [InlineData(1)]
    [InlineData(20261121)]
    public async Task RandomOperations_EveryByteArrives_AndNothingIsLeft(int seed)
    {
        await using var harness = Create(loops: 2);
        harness.Configure = socket => socket.Echoes = true;
        var random = new Random(seed);
        var lines = new List<Line>();

        for (var i = 0; i < Operations; i++)
        {
            if (lines.Count < 8 || (lines.Count < 64 && random.Next(20) == 0))
            {
                var (peer, socket) = await harness.ConnectAsync();
                lines.Add(new Line(peer, socket));
                continue;
            }

            var line = lines[random.Next(lines.Count)];
            if (await StepAsync(line, random))
            {
                lines.Remove(line);
            }
        }

        foreach (var line in lines)
        {
            await FinishAsync(line);
        }

        await Guard.UntilAsync(() => harness.SocketCount == 0, "all gone");
        Assert.Equal(0, harness.Log.Count(200) + harness.Log.Count(201) + harness.Log.Count(202));
    }

    /// <summary>One operation; true when it ended the line.</summary>
    private static async Task<bool> StepAsync(Line line, Random random)
    {
        switch (random.Next(40))
        {
            case 0:
                line.Peer.Reset();
                await Task.WhenAny(line.Socket.Broken, line.Socket.Ended, line.ResumeAsync()).Guarded();
                await line.Socket.DoAsync(s => s.Close());
                return true;
            case 1:
                await line.Socket.DoAsync(s => s.Abort());
                line.Peer.Dispose();
                return true;
            case 2:
                await FinishAsync(line);
                return true;
            case < 8:
                await line.Socket.DoAsync(s => s.ReadPaused = true);
                return false;
            case < 16:
                await line.ResumeAsync();
                return false;
            case < 20:
                await line.ResumeAsync();
                await line.ReceiveAllAsync();
                return false;
            default:
                await line.SendAsync(random);
                return false;
        }
    }

    private static async Task FinishAsync(Line line)
    {
        await line.ResumeAsync();
        await line.ReceiveAllAsync();
        await line.Peer.ShutdownSendAsync();
        await line.Socket.Ended.Guarded();
        await line.Socket.DoAsync(s => s.Close());
        Assert.Empty(await line.Peer.ReceiveToEndAsync());
        line.Peer.Dispose();
    }

    /// <summary>A connection and what its peer has sent and not yet got back.</summary>
    private sealed class Line(Peer peer, ScriptedSocket socket)
    {
        private readonly Queue<byte[]> _owed = [];
        private int _owedBytes;

        public Peer Peer { get; } = peer;

        public ScriptedSocket Socket { get; } = socket;

        public Task ResumeAsync() => Socket.DoAsync(s => s.ReadPaused = false);

        public async Task SendAsync(Random random)
        {
            // What is owed stays within what the kernel holds, so that no side waits for the other.
            var message = new byte[random.Next(10) == 0 ? random.Next(30_000) : random.Next(1, 300)];
            if (_owedBytes + message.Length > 60_000)
            {
                await ResumeAsync();
                await ReceiveAllAsync();
            }

            random.NextBytes(message);
            await Peer.SendAsync(message);
            _owed.Enqueue(message);
            _owedBytes += message.Length;
        }

        public async Task ReceiveAllAsync()
        {
            while (_owed.TryDequeue(out var message))
            {
                Assert.Equal(message, await Peer.ReceiveAsync(message.Length));
            }

            _owedBytes = 0;
        }
    }
}
