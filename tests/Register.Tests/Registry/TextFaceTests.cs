using Portico.Contracts.Protos.Register;
using Portico.Support;

namespace Portico.Register.Tests.Registry;

/// <summary>GatewayWorker protocol section 1, as its peers write and read it.</summary>
public sealed class TextFaceTests
{
    private const string Empty = """{"event":"broadcast_addresses","addresses":[]}""";
    private const string Gateway = "{\"event\":\"gateway_connect\", \"address\":\"127.0.0.1:2900\", \"secret_key\":\"sec\"}\n";
    private const string Worker = "{\"event\":\"worker_connect\",\"secret_key\":\"sec\"}\n";

    [Fact]
    public async Task WorkerConnect_AnswersAtOnceAndAfterEachChange()
    {
        await using var register = await RunningRegister.StartAsync("sec");
        using var worker = await register.ConnectAsync();
        var gateway = await register.ConnectAsync();

        await worker.SendAsync(Worker);
        Assert.Equal(Empty, await worker.ReadLineAsync());
        await gateway.SendAsync(Gateway);
        Assert.Equal("""{"event":"broadcast_addresses","addresses":["127.0.0.1:2900"]}""", await worker.ReadLineAsync());
        await worker.SendAsync(Worker);
        Assert.Equal("""{"event":"broadcast_addresses","addresses":["127.0.0.1:2900"]}""", await worker.ReadLineAsync());
        gateway.Dispose();
        Assert.Equal(Empty, await worker.ReadLineAsync());
    }

    [Fact]
    public async Task Addresses_OneAnnouncedTwice_AnArrayWithoutDoubles()
    {
        await using var register = await RunningRegister.StartAsync("sec");
        using var first = await register.ConnectAsync();
        using var second = await register.ConnectAsync();
        using var worker = await register.ConnectAsync();

        using var channel = register.Channel("sec");
        await using var watch = channel.WatchAsync();
        await first.SendAsync(Gateway + "{\"event\":\"ping\"}\n");
        while ((await watch.NextAsync()).Addresses.Count < 1)
        {
            // The order of the list is that of the announcements: the first must be in it before the second comes.
        }

        await second.SendAsync(Gateway + Gateway.Replace("2900", "2901", StringComparison.Ordinal));
        while ((await watch.NextAsync()).Addresses.Count < 2)
        {
            // Until both are listed.
        }

        await worker.SendAsync(Worker);
        Assert.Equal("""{"event":"broadcast_addresses","addresses":["127.0.0.1:2900","127.0.0.1:2901"]}""", await worker.ReadLineAsync());
    }

    [Fact]
    public async Task BothFaces_ShowOneList()
    {
        await using var register = await RunningRegister.StartAsync();
        using var channel = register.Channel();
        using var php = await register.ConnectAsync();
        using var worker = await register.ConnectAsync();

        using var announced = await channel.AnnounceAsync("127.0.0.1:2901");
        await php.SendAsync("{\"event\":\"gateway_connect\", \"address\":\"127.0.0.1:2900\", \"secret_key\":\"\"}\n");
        await using var watch = channel.WatchAsync();
        WatchReply seen;
        do
        {
            seen = await watch.NextAsync();
        }
        while (seen.Addresses.Count < 2);

        await worker.SendAsync("{\"event\":\"worker_connect\",\"secret_key\":\"\"}\n");
        Assert.Equal("""{"event":"broadcast_addresses","addresses":["127.0.0.1:2901","127.0.0.1:2900"]}""", await worker.ReadLineAsync());
    }

    [Fact]
    public async Task OneConnection_GatewayAndWorker_ItsLaterAddressReplacesTheFirst()
    {
        await using var register = await RunningRegister.StartAsync("sec");
        using var both = await register.ConnectAsync();

        await both.SendAsync(Gateway + Worker);
        Assert.Contains("2900", await both.ReadLineAsync(), StringComparison.Ordinal);
        await both.SendAsync(Gateway.Replace("2900", "2905", StringComparison.Ordinal));

        string? line;
        do
        {
            line = await both.ReadLineAsync();
        }
        while (line!.Contains("2900", StringComparison.Ordinal));
        Assert.Equal("""{"event":"broadcast_addresses","addresses":["127.0.0.1:2905"]}""", line);
    }

    [Theory]
    [InlineData("{\"event\":\"gateway_connect\", \"secret_key\":\"sec\"}\n")]
    [InlineData("{\"event\":\"gateway_connect\", \"address\":\"\", \"secret_key\":\"bad\"}\n")]
    [InlineData("{\"event\":\"gateway_connect\", \"address\":\"127.0.0.1:2900\", \"secret_key\":\"bad\"}\n")]
    [InlineData("{\"event\":\"gateway_connect\", \"address\":\"127.0.0.1:2900\"}\n")]
    [InlineData("{\"event\":\"gateway_connect\", \"address\":\"gw.example:2900\", \"secret_key\":\"sec\"}\n")]
    [InlineData("{\"event\":\"worker_connect\"}\n")]
    [InlineData("{\"event\":\"worker_connect\",\"secret_key\":\"SEC\"}\n")]
    [InlineData("{\"event\":\"dance\",\"secret_key\":\"sec\"}\n")]
    public async Task Refused_ClosedWithoutAWord(string line)
    {
        await using var register = await RunningRegister.StartAsync("sec");
        using var peer = await register.ConnectAsync();

        await peer.SendAsync(line);

        Assert.Null(await peer.ReadLineAsync());
    }

    [Theory]
    [InlineData("hello there\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("{\"event\":\"\"}\r\n")]
    [InlineData("{\"no\":1}\n")]
    [InlineData("[1,2,3]\n")]
    public async Task NoRequest_ToldSoThenClosed(string line)
    {
        await using var register = await RunningRegister.StartAsync("sec");
        using var peer = await register.ConnectAsync();

        await peer.SendAsync(line);

        Assert.StartsWith("Bad request for Register service. Request info(IP:127.0.0.1)", await peer.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await peer.ReadLineAsync());
    }

    [Theory]
    [InlineData("{\"event\":")]
    [InlineData("")]
    public async Task NoWholeLine_ClosedAfterTenSeconds(string sent)
    {
        var clock = new FakeClock();
        await using var register = await RunningRegister.StartAsync("sec", clock);
        using var peer = await register.ConnectAsync();
        await peer.SendAsync(sent);
        var closed = peer.ReadLineAsync();

        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return closed.IsCompleted;
            },
            "the register closes the silent connection");

        Assert.Null(await closed);
        Assert.True(clock.GetUtcNow() - clock.Start >= TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Ping_BeforeAnythingElse_StopsTheTenSeconds()
    {
        var clock = new FakeClock();
        await using var register = await RunningRegister.StartAsync("sec", clock);
        using var peer = await register.ConnectAsync();
        using var other = await register.ConnectAsync();
        await peer.SendAsync("{\"event\":\"ping\"}\n{\"event\":\"worker_connect\",\"secret_key\":\"sec\"}\n");
        Assert.Equal(Empty, await peer.ReadLineAsync());

        clock.Advance(TimeSpan.FromHours(1));
        await peer.SendAsync("{\"event\":\"worker_connect\",\"secret_key\":\"sec\"}\n");

        Assert.Equal(Empty, await peer.ReadLineAsync());
    }

    [Fact]
    public async Task EndlessLine_Closed()
    {
        await using var register = await RunningRegister.StartAsync("sec");
        using var peer = await register.ConnectAsync();

        try
        {
            for (var i = 0; i < 200; i++)
            {
                await peer.SendAsync(new string('x', 1024));
            }

            Assert.Null(await peer.ReadLineAsync());
        }
        catch (Exception reset) when (reset is IOException or System.Net.Sockets.SocketException)
        {
            // Closed with bytes of ours unread, which a socket reports as a reset.
        }
    }
}
