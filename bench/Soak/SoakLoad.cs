using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.WebSockets;

namespace Portico.Bench.Soak;

/// <summary>The clients of the soak: some echo, some come and go, some listen to a fan-out, some listen and do not read.</summary>
internal sealed class SoakLoad(string url, SoakCounts counts, CancellationToken stop)
{
    private const int Echoing = 40;
    private const int Churning = 10;
    private const int Listening = 100;
    private const int Slow = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>All of them, until told to stop.</summary>
    public Task RunAsync() => Task.WhenAll(
    [
        .. Enumerable.Range(0, Echoing).Select(seed => AgainAsync(() => EchoAsync(new Random(seed)))),
        .. Enumerable.Range(0, Churning).Select(seed => AgainAsync(() => ChurnAsync(new Random(1000 + seed)))),
        .. Enumerable.Range(0, Listening).Select(_ => AgainAsync(ListenAsync)),
        .. Enumerable.Range(0, Slow).Select(_ => AgainAsync(IgnoreAsync)),
        AgainAsync(() => PourAsync("fan", 512, Pause)),
        AgainAsync(() => PourAsync("slow", 64 * 1024, Pause)),
    ]);

    [SuppressMessage("Design", "CA1031", Justification = "What goes wrong is counted and the load goes on.")]
    private async Task AgainAsync(Func<Task> life)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await life();
            }
            catch (Exception fault) when (!stop.IsCancellationRequested)
            {
                counts.Fault(fault.ToString());
                await Task.Delay(1000, CancellationToken.None);
            }
            catch (Exception)
            {
                // It is over.
            }
        }
    }

    private async Task EchoAsync(Random random)
    {
        using var client = await SoakClient.ConnectAsync(url, compressed: random.Next(4) == 0);
        for (var i = 0; i < 2000 && !stop.IsCancellationRequested; i++)
        {
            var message = new byte[random.Next(20) == 0 ? random.Next(200_000) : random.Next(2000)];
            random.NextBytes(message);
            await client.SendAsync(message, WebSocketMessageType.Binary);
            var echo = await client.ReceiveAsync() ?? throw new InvalidOperationException($"an echoing client was closed: {client.CloseStatus}");
            if (!echo.Span.SequenceEqual(message))
            {
                throw new InvalidOperationException("an echo is not what was sent");
            }

            Interlocked.Increment(ref counts.Echoes);
            await Task.Delay(random.Next(20), CancellationToken.None);
        }

        await client.CloseAsync();
    }

    private async Task ChurnAsync(Random random)
    {
        using var client = await SoakClient.ConnectAsync(url);
        await client.AskAsync($$"""{"type":"bind","uid":"u{{random.Next(50)}}"}""", "bind");
        await client.AskAsync($$"""{"type":"join","group":"g{{random.Next(50)}}"}""", "join");
        await client.SendAsync($$$"""{"type":"send","toClientUid":"u{{{random.Next(50)}}}","content":{"n":1}}""");

        // Half of them say goodbye, the others are just gone.
        if (random.Next(2) == 0)
        {
            await client.CloseAsync();
        }

        Interlocked.Increment(ref counts.Churned);
        await Task.Delay(random.Next(40), CancellationToken.None);
    }

    private async Task ListenAsync()
    {
        using var client = await SoakClient.ConnectAsync(url);
        await client.AskAsync("""{"type":"join","group":"fan"}""", "join");
        for (var last = -1; !stop.IsCancellationRequested;)
        {
            var message = await client.ReceiveAsync() ?? throw new InvalidOperationException($"a listener was closed: {client.CloseStatus}");
            var number = SoakClient.NumberOf(message);
            if (last >= 0 && number != last + 1)
            {
                throw new InvalidOperationException($"{number} came after {last}");
            }

            last = number;
            Interlocked.Increment(ref counts.Deliveries);
        }
    }

    private async Task IgnoreAsync()
    {
        using var client = await SoakClient.ConnectAsync(url);
        await client.AskAsync("""{"type":"join","group":"slow"}""", "join");

        // 64 KiB ten times a second: kernel buffers and outbox are full well before.
        await Task.Delay(TimeSpan.FromSeconds(20), stop);
        try
        {
            while (await client.ReceiveAsync() is not null)
            {
            }
        }
        catch (WebSocketException)
        {
            // The server gave it up with bytes on the way: that is a reset.
        }

        Interlocked.Increment(ref counts.Slow);
    }

    private async Task PourAsync(string group, int size, TimeSpan pause)
    {
        using var client = await SoakClient.ConnectAsync(url);
        var filling = new string('x', size);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await client.SendAsync(
                string.Create(CultureInfo.InvariantCulture, $$$"""{"type":"group","group":"{{{group}}}","content":{"n":{{{i}}},"x":"{{{filling}}}"}}"""));
            await Task.Delay(pause, CancellationToken.None);
        }
    }
}
