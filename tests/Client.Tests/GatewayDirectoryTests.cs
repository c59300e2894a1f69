using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;
using Portico.Support;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client.Tests;

public sealed class GatewayDirectoryTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(50);

    [Fact]
    public async Task ExecuteAsync_ManyCallersAtOnce_OneStreamFewMessagesOrderKept()
    {
        await using var gateway = await ScriptedGateway.StartAsync(ScriptedGateway.Done);
        await using var known = await FixedGateways.StartAsync(null, gateway.Address);

        // While the gateway does not read, the first fills the connection: all others wait behind it.
        gateway.Reads = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var body = ByteString.CopyFrom(new byte[32 * 1024 * 1024]);
        var calls = new List<Task<CommandOutcome>> { ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.SendToClient, Connection = 1, Body = body }) };
        for (var i = 2U; i <= 5000; i++)
        {
            calls.Add(ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.SendToClient, Connection = i }));
        }

        gateway.Reads.SetResult();
        var outcomes = await Task.WhenAll(calls).Guarded();

        Assert.All(outcomes, outcome => Assert.Equal((CommandStatus.Delivered, 1), (outcome.Status, outcome.Delivered)));
        Assert.Equal(Enumerable.Range(1, 5000).Select(i => (uint)i), gateway.Seen.Select(command => command.Connection));
        Assert.Equal(1, gateway.Streams);
        Assert.InRange(gateway.Messages, 1, 1000);
    }

    [Theory]
    [InlineData(256 * 1024, false)]
    [InlineData((256 * 1024) + 1, true)]
    [InlineData(9_000_000, true)]
    public async Task ExecuteAsync_LargeBody_GoesInPartsAndArrivesWhole(int size, bool inParts)
    {
        await using var gateway = await ScriptedGateway.StartAsync(ScriptedGateway.Done);
        await using var known = await FixedGateways.StartAsync(null, gateway.Address);
        var body = new byte[size];
        new Random(1).NextBytes(body);

        var small = ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.SendToClient, Connection = 1 });
        var large = ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.SendToClient, Connection = 2, Body = ByteString.CopyFrom(body) });
        var last = ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.SendToClient, Connection = 3 });
        await Task.WhenAll(small, large, last).Guarded();

        Assert.Equal([1U, 2U, 3U], gateway.Seen.Select(command => command.Connection));
        var seen = gateway.Seen.ElementAt(1);
        Assert.Equal(inParts, seen.BodyPart != 0);
        Assert.True(seen.Body.Span.SequenceEqual(body));
    }

    [Fact]
    public async Task ExecuteAsync_ResultInSeveralPages_PutTogether()
    {
        await using var gateway = await ScriptedGateway.StartAsync(command =>
        [
            new CommandResult { Id = command.Id, More = true, Clients = { new ClientRow { Connection = 1 }, new ClientRow { Connection = 2 } } },
            new CommandResult { Id = command.Id, More = true, Counts = { new NamedCount { Name = "a", Count = 1 } } },
            new CommandResult { Id = command.Id, Clients = { new ClientRow { Connection = 3 } }, Count = 3 },
        ]);
        await using var known = await FixedGateways.StartAsync(null, gateway.Address);

        var outcome = await ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.Select, Select = new Select { All = true } }).Guarded();

        Assert.Equal([1U, 2U, 3U], outcome.Clients.Select(row => row.Connection));
        Assert.Equal(3, outcome.Count);
        Assert.Single(outcome.Counts);
    }

    [Fact]
    public async Task ExecuteAsync_GatewayThatNoRegisterKnows_IsNotDialled()
    {
        using var trap = new TcpListener(IPAddress.Loopback, 0);
        trap.Start();
        await using var known = await FixedGateways.StartAsync(null);

        var outcome = await ExecuteAsync(known, GatewayAddress.Parse(trap.LocalEndpoint.ToString()), new Command { Kind = CommandKind.IsOnline }).Guarded();

        Assert.Equal(CommandStatus.GatewayGone, outcome.Status);
        Assert.False(trap.Pending());
    }

    [Fact]
    public async Task ExecuteAsync_GatewayDiesWithCommandsUnderWay_TheyAreGoneAndItsReturnIsUsed()
    {
        var gateway = await ScriptedGateway.StartAsync(_ => null, FreePort.Take(), "");
        var address = gateway.Address;
        await using var known = await FixedGateways.StartAsync(null, address);
        var first = ExecuteAsync(known, address, new Command { Kind = CommandKind.IsOnline, Connection = 1 });
        await Guard.UntilAsync(() => gateway.Seen.Count == 1, "the command is there");

        await gateway.DisposeAsync();
        Assert.Equal(CommandStatus.GatewayGone, (await first.Guarded()).Status);
        var dead = await ExecuteAsync(known, address, new Command { Kind = CommandKind.IsOnline, Connection = 2 }).Guarded();
        Assert.Equal(CommandStatus.GatewayGone, dead.Status);

        await using var again = await ScriptedGateway.StartAsync(ScriptedGateway.Done, address.Port, "");
        await Guard.UntilAsync(
            async () => (await ExecuteAsync(known, address, new Command { Kind = CommandKind.IsOnline, Connection = 3 })).Status == CommandStatus.Delivered,
            "an answer of the gateway that is back");
    }

    [Fact]
    public async Task ExecuteAsync_GatewayRefusesConnections_IsDialledOnceASecondAndCallsFailAtOnce()
    {
        using var trap = new CountingTrap();
        var clock = new FakeClock();
        await using var known = await FixedGateways.StartAsync(new() { Channel = new() { TimeProvider = clock, ConnectTimeout = Guard.Limit } }, trap.Address);

        for (var second = 1; second <= 5; second++)
        {
            for (var call = 0; call < 50; call++)
            {
                var outcome = await ExecuteAsync(known, trap.Address, new Command { Kind = CommandKind.IsOnline }).Guarded();
                Assert.Equal(CommandStatus.GatewayGone, outcome.Status);
                Assert.False(string.IsNullOrEmpty(outcome.Error));
            }

            Assert.Equal(second, trap.Count);
            clock.Advance(DialPace.Interval * 1.25);
        }
    }

    [Fact]
    public async Task ExecuteAsync_GatewayIsListedAnew_IsDialledAtOnce()
    {
        var port = FreePort.Take();
        var address = GatewayAddress.Parse($"127.0.0.1:{port}");
        await using var known = await FixedGateways.StartAsync(new() { Channel = new() { TimeProvider = new FakeClock(), ConnectTimeout = Guard.Limit } }, address);
        Assert.Equal(CommandStatus.GatewayGone, (await ExecuteAsync(known, address, new Command { Kind = CommandKind.IsOnline }).Guarded()).Status);

        await known.SetAsync();
        await using var gateway = await ScriptedGateway.StartAsync(ScriptedGateway.Done, port, "");
        await known.SetAsync(address);

        // The clock stands still: nothing but the new list allows this.
        Assert.Equal(CommandStatus.Delivered, (await ExecuteAsync(known, address, new Command { Kind = CommandKind.IsOnline }).Guarded()).Status);
    }

    [Fact]
    public async Task ExecuteAsync_GatewayIsFrozen_OneCallWaitsTheOthersDoNotAndItsReturnIsNoticed()
    {
        var answers = false;
        await using var gateway = await ScriptedGateway.StartAsync(command => Volatile.Read(ref answers) ? ScriptedGateway.Done(command) : null);
        var clock = new FakeClock();
        await using var known = await FixedGateways.StartAsync(new() { Channel = new() { TimeProvider = clock, ConnectTimeout = Guard.Limit } }, gateway.Address);
        var first = ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.SendToAll });
        await Guard.UntilAsync(() => gateway.Seen.Count == 1, "the command is there");
        clock.Advance(Long);
        Assert.Equal(CommandStatus.TimedOut, (await first.Guarded()).Status);

        // The clock stands still: none of these waits.
        for (var call = 0; call < 100; call++)
        {
            var outcome = await ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.SendToUid }).Guarded();
            Assert.Equal(CommandStatus.GatewayGone, outcome.Status);
        }

        Assert.DoesNotContain(gateway.Seen, command => command.Kind == CommandKind.SendToUid);
        Volatile.Write(ref answers, true);
        await Guard.UntilAsync(
            async () =>
            {
                clock.Advance(DialPace.Interval);
                return (await ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.SendToUid })).Status == CommandStatus.Delivered;
            },
            "an answer of the gateway that is back");
        Assert.Equal(1, gateway.Streams);
    }

    [Fact]
    public async Task ExecuteAsync_NoAnswerInTime_TimedOutAndTheStreamLives()
    {
        await using var gateway = await ScriptedGateway.StartAsync(command => command.Connection == 1 ? null : ScriptedGateway.Done(command));
        await using var known = await FixedGateways.StartAsync(null, gateway.Address);

        var late = await known.Directory.ExecuteAsync(
            gateway.Address, new Command { Kind = CommandKind.IsOnline, Connection = 1 }, TimeSpan.FromMilliseconds(100), CancellationToken.None).Guarded();
        var next = await ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.IsOnline, Connection = 2 }).Guarded();

        Assert.Equal(CommandStatus.TimedOut, late.Status);
        Assert.Equal(CommandStatus.Delivered, next.Status);
        Assert.Equal(1, gateway.Streams);
    }

    [Fact]
    public async Task ExecuteAsync_WrongKey_RefusedWithTheReason()
    {
        await using var gateway = await ScriptedGateway.StartAsync(ScriptedGateway.Done, 0, "right");
        await using var wrong = await FixedGateways.StartAsync(new() { Channel = new() { SecretKey = "wrong", ConnectTimeout = Guard.Limit } }, gateway.Address);
        await using var right = await FixedGateways.StartAsync(new() { Channel = new() { SecretKey = "right", ConnectTimeout = Guard.Limit } }, gateway.Address);

        var refused = await ExecuteAsync(wrong, gateway.Address, new Command { Kind = CommandKind.IsOnline }).Guarded();
        var taken = await ExecuteAsync(right, gateway.Address, new Command { Kind = CommandKind.IsOnline }).Guarded();

        Assert.Equal(CommandStatus.Refused, refused.Status);
        Assert.Contains("SecretKey", refused.Error, StringComparison.Ordinal);
        Assert.Equal(CommandStatus.Delivered, taken.Status);
    }

    [Fact]
    public async Task ExecuteAsync_TooMuchWaits_FailsAtOnceAndIsNotBuffered()
    {
        // Nobody reads there: the connection stands, but the flow control windows fill up.
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var address = GatewayAddress.Parse(mute.LocalEndpoint.ToString());
        await using var known = await FixedGateways.StartAsync(new() { MaxWaitingBytes = 1024 * 1024 }, address);

        var calls = Enumerable.Range(0, 50)
            .Select(_ => known.Directory.ExecuteAsync(
                address, new Command { Kind = CommandKind.SendToAll, Body = ByteString.CopyFrom(new byte[200_000]) }, TimeSpan.FromSeconds(2), CancellationToken.None))
            .ToList();
        var outcomes = await Task.WhenAll(calls).Guarded();

        Assert.Contains(outcomes, outcome => outcome.Status == CommandStatus.GatewayGone && outcome.Error!.Contains("too much is waiting", StringComparison.Ordinal));
        Assert.Contains(outcomes, outcome => outcome.Status == CommandStatus.TimedOut);
    }

    [Fact]
    public async Task ExecuteAsync_CallerCancels_HisOwnTokenAndNobodyElse()
    {
        await using var gateway = await ScriptedGateway.StartAsync(command => command.Connection == 1 ? null : ScriptedGateway.Done(command));
        await using var known = await FixedGateways.StartAsync(null, gateway.Address);
        using var source = new CancellationTokenSource();

        var given = known.Directory.ExecuteAsync(gateway.Address, new Command { Kind = CommandKind.IsOnline, Connection = 1 }, Long, source.Token);
        await Guard.UntilAsync(() => gateway.Seen.Count == 1, "the command is there");
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Guarded());
        var next = await ExecuteAsync(known, gateway.Address, new Command { Kind = CommandKind.IsOnline, Connection = 2 }).Guarded();
        Assert.Equal(CommandStatus.Delivered, next.Status);
    }

    /// <summary>A port whose connections are reset as soon as they stand.</summary>
    private sealed class CountingTrap : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _count;

        public CountingTrap()
        {
            _listener.Start();
            _ = AcceptAsync();
        }

        public GatewayAddress Address => GatewayAddress.Parse(_listener.LocalEndpoint.ToString());

        public int Count => Volatile.Read(ref _count);

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var socket = await _listener.AcceptSocketAsync();
                    Interlocked.Increment(ref _count);
                    socket.Close(0);
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }

    private static Task<CommandOutcome> ExecuteAsync(FixedGateways known, GatewayAddress gateway, Command command) =>
        known.Directory.ExecuteAsync(gateway, command, Long, CancellationToken.None);
}
