using System.Net.Sockets;
using System.Text;
using Portico.Support;

namespace Portico.Register.Tests.Registry;

/// <summary>Every byte from a socket is hostile until parsed.</summary>
public sealed class GarbageTests
{
    private static readonly byte[][] Seeds =
    [
        Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Encoding.ASCII.GetBytes("{\"event\":\"gateway_connect\", \"address\":\"127.0.0.1:2900\", \"secret_key\":\"sec\"}\n"),
        Encoding.ASCII.GetBytes("{\"event\":\"worker_connect\",\"secret_key\":\"sec\"}\n{\"event\":\"ping\"}\n"),
        Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3],
        [],
    ];

    [Fact]
    public async Task ManySeededConnections_RegisterLivesAndItsListIsRight()
    {
        await using var register = await RunningRegister.StartAsync("sec");
        using var channel = register.Channel("sec");
        using var announced = await channel.AnnounceAsync("10.0.0.1:2900");
        var random = new Random(20261121);

        for (var i = 0; i < 500; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(register.EndPoint).Guarded();
            try
            {
                await socket.SendAsync(Mangled(random)).Guarded();
                if (random.Next(3) == 0)
                {
                    await socket.SendAsync(Mangled(random)).Guarded();
                }
            }
            catch (SocketException)
            {
                // The register closed it first.
            }
        }

        await using var watch = channel.WatchAsync();
        await UntilAloneAsync(watch);
        using var worker = await register.ConnectAsync();
        await worker.SendAsync("{\"event\":\"worker_connect\",\"secret_key\":\"sec\"}\n");

        // Some of the garbage may still be on its way through: what counts is what is told in the end.
        var told = await worker.ReadLineAsync();
        while (told is not null and not """{"event":"broadcast_addresses","addresses":["10.0.0.1:2900"]}""")
        {
            told = await worker.ReadLineAsync();
        }

        Assert.NotNull(told);
    }

    private static async Task UntilAloneAsync(IAsyncEnumerator<Portico.Contracts.Protos.Register.WatchReply> watch)
    {
        // Undamaged announcements among the garbage are listed until their sockets are seen to be closed.
        var seen = await watch.NextAsync();
        while (seen.Addresses is not ["10.0.0.1:2900"])
        {
            seen = await watch.NextAsync();
        }
    }

    private static byte[] Mangled(Random random)
    {
        var seed = Seeds[random.Next(Seeds.Length)];
        var tail = new byte[random.Next(200)];
        random.NextBytes(tail);
        byte[] bytes = [.. seed.Take(random.Next(seed.Length + 1)), .. random.Next(2) == 0 ? tail : []];
        if (bytes.Length > 0 && random.Next(2) == 0)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        return bytes;
    }
}
