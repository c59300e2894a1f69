using System.Globalization;
using System.Text.Json;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Register.Tests.Hosting;

/// <summary>A register that is stopped ends the streams of its gateways; no watcher may hear of that as gateways that have left.</summary>
public sealed class StopTests
{
    private const int Gateways = 4;

    [Fact]
    public async Task Stop_TwentyFiveRounds_NoWatcherSeesFewerGateways()
    {
        for (var round = 0; round < 25; round++)
        {
            await using var register = await RunningRegister.StartAsync();
            using var crowd = await Crowd.JoinAsync(register, watchers: 12, workers: 6);

            await register.StopAsync();

            Assert.All(await crowd.LastSeenAsync(), count => Assert.Equal(Gateways, count));
        }
    }

    [Fact]
    public async Task Stop_OfTheProcess_NoWatcherSeesFewerGateways()
    {
        using var folder = new TemporaryFolder();
        for (var round = 0; round < 3; round++)
        {
            await using var process = await RoleProcess.StartAsync("Portico.Register", "Portico register is ready", folder.Path, "--Register:Listen=127.0.0.1:0");
            var register = RunningRegister.At(RegisterHostTests.PortOf(process));
            using var crowd = await Crowd.JoinAsync(register, watchers: 12, workers: 6);

            Assert.Equal(0, await process.StopAsync());

            Assert.All(await crowd.LastSeenAsync(), count => Assert.Equal(Gateways, count));
        }
    }

    [Fact]
    public async Task GatewayLeavesBeforeTheStop_ItsWatchersSeeIt()
    {
        await using var register = await RunningRegister.StartAsync();
        using var crowd = await Crowd.JoinAsync(register, watchers: 2, workers: 2);

        await crowd.EndOneAsync();
        await register.StopAsync();

        Assert.All(await crowd.LastSeenAsync(), count => Assert.Equal(Gateways - 1, count));
    }

    /// <summary>Gateways of both protocols and those that watch them, over either protocol, until the register ends their streams.</summary>
    private sealed class Crowd : IDisposable
    {
        private readonly List<IDisposable> _held = [];
        private readonly List<RpcDuplexCall> _announced = [];
        private readonly List<Task<int>> _seen = [];
        private int _complete;
        private int _reduced;

        public static async Task<Crowd> JoinAsync(RunningRegister register, int watchers, int workers)
        {
            var crowd = new Crowd();
            for (var i = 0; i < watchers; i++)
            {
                crowd._seen.Add(crowd.WatchAsync(crowd.Hold(register.Channel())));
            }

            for (var i = 0; i < workers; i++)
            {
                var worker = crowd.Hold(await register.ConnectAsync());
                await worker.SendAsync("{\"event\":\"worker_connect\",\"secret_key\":\"\"}\n");
                crowd._seen.Add(crowd.ReadAsync(worker));
            }

            for (var i = 0; i < Gateways - 1; i++)
            {
                crowd._announced.Add(crowd.Hold(await crowd.Hold(register.Channel()).AnnounceAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{2900 + i}"))));
            }

            var php = crowd.Hold(await register.ConnectAsync());
            await php.SendAsync("{\"event\":\"gateway_connect\", \"address\":\"127.0.0.1:3900\", \"secret_key\":\"\"}\n");
            await Guard.UntilAsync(() => Volatile.Read(ref crowd._complete) == watchers + workers, "every watcher knows all gateways");
            return crowd;
        }

        public async Task EndOneAsync()
        {
            _announced[0].Dispose();
            await Guard.UntilAsync(() => Volatile.Read(ref _reduced) == _seen.Count, "every watcher knows that one has left");
        }

        /// <summary>Gateways in the last list of each watcher.</summary>
        public Task<int[]> LastSeenAsync() => Task.WhenAll(_seen).Guarded();

        public void Dispose() => _held.ForEach(held => held.Dispose());

        private T Hold<T>(T held)
            where T : IDisposable
        {
            _held.Add(held);
            return held;
        }

        private int Note(int before, int now)
        {
            if (now == Gateways)
            {
                Interlocked.Increment(ref _complete);
            }
            else if (now < before)
            {
                Interlocked.Increment(ref _reduced);
            }

            return now;
        }

        private async Task<int> WatchAsync(RpcChannel channel)
        {
            await using var watch = channel.WatchAsync();
            var last = 0;
            try
            {
                while (await watch.MoveNextAsync())
                {
                    last = Note(last, watch.Current.Addresses.Count);
                }
            }
            catch (RpcException)
            {
                // The register ended the stream.
            }

            return last;
        }

        private async Task<int> ReadAsync(RunningRegister.TextClient worker)
        {
            var last = 0;
            try
            {
                while (await worker.ReadLineAsync() is { } line)
                {
                    using var list = JsonDocument.Parse(line);
                    last = Note(last, list.RootElement.GetProperty("addresses").GetArrayLength());
                }
            }
            catch (IOException)
            {
                // The register closed the connection.
            }

            return last;
        }
    }
}
